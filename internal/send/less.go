// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package send

import "context"

// FreeBody is how large a body may get without asking anybody. Most pages of
// most vendors are smaller.
const FreeBody = 2 << 20

// lessKey is what WithMaxBody sets in a context.
type lessKey struct{}

// WithMaxBody bounds the bodies of the requests with this context, where
// Settings.MaxPageBytes doesn't bound them more. It is for who reads several at
// once, and can ask again for one that is larger.
func WithMaxBody(ctx context.Context, bytes int) context.Context {
	return context.WithValue(ctx, lessKey{}, int64(bytes))
}

// maxBody is the limit for a body.
func (c *Client) maxBody(ctx context.Context) int64 {
	if less, ok := ctx.Value(lessKey{}).(int64); ok {
		return min(less, c.settings.MaxPageBytes)
	}
	return c.settings.MaxPageBytes
}
