"""Parts of a whole, as people read them."""

from math import floor

_NOISE = 1e-7  # of binary fractions, which 0.57 is a little less than


def percent(share: float) -> str:
    """Write a share as a percentage that never claims more than there is.

    Of what is short of all, the digits are cut off and not rounded: 99.999 % is no 100 %.
    """
    return "100 %" if share >= 1 else f"{floor(share * 10_000 + _NOISE) / 100:.2f} %"
