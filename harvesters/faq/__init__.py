"""Pages of questions and answers: how they are built, and what is read of them."""
