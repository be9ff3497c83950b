"""meinBerlin (a4-meinberlin): plans and projects as its public lists name them."""
