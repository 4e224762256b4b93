# SPDX-License-Identifier: MIT
# Unit tests of helper: one program a file.
