# SPDX-License-Identifier: MIT
# Unit tests of plugins: one program a file.
