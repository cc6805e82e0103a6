"""From what people write for a campaign to what each post says.

Defaults of a file, repeats, relative times, threads, variables and parameters of links: everything here ends before a
`Post` is made, so that what follows sees only ordinary posts (design: Campaigns).
"""

from __future__ import annotations
