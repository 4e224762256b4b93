# SPDX-License-Identifier: MIT
# One line a module; each folder's fragment says what it is made of.
include plugins/common/common.mk
