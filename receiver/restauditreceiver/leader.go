// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"context"
	"fmt"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.uber.org/zap"
)

// leaderElector is the Collector's k8s_leader_elector extension, as far as it
// concerns us. Its package is not imported: it brings the Kubernetes client.
type leaderElector interface {
	// SetCallBackFuncs has lead called when this process becomes the leader, at
	// once if it is, and stepDown when it no longer is. It holds a lock while it
	// calls them: neither may wait for anything.
	SetCallBackFuncs(lead func(context.Context), stepDown func())
}

// readmitter is a storage extension that shuts out whoever was overtaken. Who is
// elected may come in again.
type readmitter interface {
	Readmit(kind component.Kind, id component.ID, storageName string)
}

// attributeRole is an attribute of the component's status: leader or standby.
const attributeRole = "restaudit.role"

// stand makes the source run only while this replica is the leader. What can be
// wrong with the configuration of the extensions is an error now.
func (r *auditReceiver) stand(host component.Host) error {
	id := r.cfg.LeaderElector
	ext, ok := host.GetExtensions()[*id]
	if !ok {
		return fmt.Errorf("`k8s_leader_elector`: there is no extension %q: define it under `extensions` and list it in `service::extensions`", id)
	}
	elector, ok := ext.(leaderElector)
	if !ok {
		return fmt.Errorf("`k8s_leader_elector`: extension %q elects nobody: name a k8s_leader_elector extension", id)
	}
	if _, err := r.storage(host); err != nil {
		return err
	}
	enter := func(ctx context.Context) error { return r.begin(ctx, host) }
	r.office = newOffice(enter, r.end, r.role(host))
	hard, dismiss := context.WithCancel(context.Background())
	r.dismiss = dismiss
	go r.office.run(hard)
	elector.SetCallBackFuncs(func(context.Context) { r.office.elect(true) }, func() { r.office.elect(false) })
	return nil
}

// role says in the log and in the component's status what this replica is. A
// standby is well: it has nothing to do.
func (r *auditReceiver) role(host component.Host) func(string, error) {
	return func(role string, err error) {
		line := "This replica is the leader: it polls"
		if role == roleStandby {
			line = "Another replica is the leader, or none is yet: this one polls nothing"
		}
		attributes := pcommon.NewMap()
		attributes.PutStr(attributeRole, role)
		options := []componentstatus.EventBuilderOption{componentstatus.WithAttributes(attributes)}
		status := componentstatus.StatusOK
		if err != nil {
			status = componentstatus.StatusRecoverableError
			options = append(options, componentstatus.WithError(err))
			r.set.Logger.Error(line+", but", zap.Error(err))
		} else {
			r.set.Logger.Info(line)
		}
		componentstatus.ReportStatus(host, componentstatus.NewEvent(status, options...))
	}
}

// readmit lets an elected replica into a checkpoint that it was thrown out of in
// an earlier term.
func (r *auditReceiver) readmit(store storage.Extension, name string) {
	if s, ok := store.(readmitter); ok && r.office != nil {
		s.Readmit(component.KindReceiver, r.set.ID, name)
	}
}
