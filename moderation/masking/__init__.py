"""Personal data out of texts before they leave the desk: placeholders that keep who is who.

`patterns` finds what has a form (addresses, numbers, mentions), `names` the dump's own authors, and
`table` masks the tables that the program writes. The kinds are called as in Presidio.
"""

from moderation.masking.folder import mask_folder
from moderation.masking.mask import Masker, read_key
from moderation.masking.table import mask_table, masked_frames, masked_tables

__all__ = ["Masker", "mask_folder", "mask_table", "masked_frames", "masked_tables", "read_key"]
