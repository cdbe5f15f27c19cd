// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package request turns the templates of a source's configuration and the
// values of one position (window, cursor, offset ...) into an *http.Request.
//
// It does not send, does not add credentials, and does not decide whether a
// URL may be asked: that is the work of the packages send and auth.
//
// A template is text with placeholders:
//
//	phrase: "created:>={start} actor:{params.actor}"
//
// Known placeholders are {start}, {end}, {cursor}, {offset}, {page},
// {page_size}, {last_id} and {params.x}. A brace that doesn't enclose a name
// is text, so JSON and GraphQL need no escaping; {{name}} is the text {name}.
// A name that is not known is an error of configuration.
//
// Values are data. They are escaped for the place they go to (path segment,
// query value, header value, JSON string, form field), so that no value can
// change the host, add a parameter or leave a JSON string.
//
// A query parameter, header, JSON member or form field that consists of one
// placeholder alone is left out when the placeholder has no value, as {cursor}
// on the first request. A placeholder without value inside other text is an
// error: half an expression would silently ask for something else.
package request
