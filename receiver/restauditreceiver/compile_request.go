// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"strings"

	"github.com/restaudit/otelcol-audit/internal/paging"
	"github.com/restaudit/otelcol-audit/internal/request"
)

// requestSettings are the templates of all requests of the source.
func (c *Config) requestSettings() request.Settings {
	s := request.Settings{
		Method: c.Request.Method, URL: c.ClientConfig.Endpoint, Query: texts(c.Request.Query),
		Headers: texts(c.Request.Headers), Body: c.Request.Body, Params: c.params(), URLKey: "endpoint",
	}
	s.Place = append(s.Place, c.timeParams()...)
	s.Place = append(s.Place, c.limitParam()...)
	s.Place = append(s.Place, c.positionParams()...)
	if n := c.Request.Next; n != nil {
		s.Next = &request.Settings{Method: n.Method, URL: n.URL, Query: texts(n.Query), Body: n.Body, Place: c.positionParams()}
	}
	return s
}

func (c *Config) timeParams() []request.Param {
	tf := c.TimeFilter
	asNumber := strings.HasPrefix(tf.Format, "unix")
	var params []request.Param
	if tf.StartParam != "" {
		params = append(params, request.Param{Name: tf.StartParam, In: request.Location(tf.In), Value: "{start}", AsNumber: asNumber, Key: "time_filter::start_param"})
	}
	if tf.EndParam != "" {
		params = append(params, request.Param{Name: tf.EndParam, In: request.Location(tf.In), Value: "{end}", AsNumber: asNumber, Key: "time_filter::end_param"})
	}
	return params
}

func (c *Config) limitParam() []request.Param {
	p := c.Pagination
	if p.LimitParam == "" {
		return nil
	}
	return []request.Param{{Name: p.LimitParam, In: request.Location(p.In), Value: "{page_size}", Key: "pagination::limit_param"}}
}

// sizeParam is the query parameter with the page size.
func (c *Config) sizeParam() string {
	if in := request.Location(c.Pagination.In); in != "" && in != request.InQuery {
		return ""
	}
	return c.Pagination.LimitParam
}

func (c *Config) positionParams() []request.Param {
	p := c.Pagination
	param := request.Param{In: request.Location(p.In)}
	switch p.Type {
	case paging.Offset:
		param.Name, param.Value, param.Key = p.OffsetParam, "{offset}", "pagination::offset_param"
	case paging.Page:
		param.Name, param.Value, param.Key = p.PageParam, "{page}", "pagination::page_param"
	case paging.Cursor, paging.LastID:
		param.Name, param.Value, param.Key = p.CursorParam, "{cursor}", "pagination::cursor_param"
	}
	if param.Name == "" {
		return nil
	}
	return []request.Param{param}
}

func texts(m map[string]Text) map[string]string {
	if m == nil {
		return nil
	}
	out := make(map[string]string, len(m))
	for k, v := range m {
		out[k] = string(v)
	}
	return out
}
