"""Publishing to portals of others: what is there, what should be there, and the steps between. Nothing is kept here: the portal is asked
each time, so a run that was broken off is finished by the next one."""
