"""A first mapping for a file that nobody has mapped yet: proposed from its header and its values, for a person to finish."""

from harvesters.proposal.proposing import AmbiguousTable, Proposal, propose
from harvesters.proposal.sample import Sample, sample_of

__all__ = ["AmbiguousTable", "Proposal", "Sample", "propose", "sample_of"]
