# SPDX-License-Identifier: MIT
# Code that several modules share: linked into each, no part of the ABI.
