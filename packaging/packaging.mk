# SPDX-License-Identifier: MIT
# What is installed beside the program and how a person sets it up.
