// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package source
