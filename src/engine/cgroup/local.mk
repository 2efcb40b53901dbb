# SPDX-License-Identifier: Apache-2.0

libengine_a_SOURCES +=
