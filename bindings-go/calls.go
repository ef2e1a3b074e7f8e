package koodrive

import (
	"encoding/json"

	"github.com/koodrive/koodrive/bindings-go/internal/abi"
)

// Call is a call of the API: one of [NotifyPackageExpire], [GetSpaceUsageByOverview],
// [GetCurrentRetentionPolicy], [GetCarrierRetentionPolicy], [SetRetentionPolicy], [ReverseOrder]
// and [RawCall], or a struct of yours that embeds one of them.
type Call interface {
	operation() string
	write(w *abi.Writer)
	reply(record abi.Record) Reply
}

// NotifyPackageExpire tells the service that a subscriber's package has expired and enters the
// reservation period. It changes state.
type NotifyPackageExpire struct {
	// CarrierUserID is the carrier's own id of the subscriber.
	CarrierUserID string
	// PackageID is the carrier's own id of the package.
	PackageID string
	// UndocumentedType is a modification type other than the documented 2, sent as it is. Default 2.
	UndocumentedType *int64
}

func (NotifyPackageExpire) operation() string { return "notifyPackageExpire" }

func (c NotifyPackageExpire) write(w *abi.Writer) {
	w.Text(c.CarrierUserID)
	w.Text(c.PackageID)
	w.None(1)
	w.OptionalInteger(c.UndocumentedType)
}

func (NotifyPackageExpire) reply(record abi.Record) Reply { return readAcknowledgement(record) }

// GetSpaceUsageByOverview reads the space usage. It changes nothing: the safe first call.
type GetSpaceUsageByOverview struct{}

func (GetSpaceUsageByOverview) operation() string             { return "getSpaceUsageByOverview" }
func (GetSpaceUsageByOverview) write(*abi.Writer)             {}
func (GetSpaceUsageByOverview) reply(record abi.Record) Reply { return readSpaceUsage(record) }

// GetCurrentRetentionPolicy reads the retention policies in force. It takes a token only.
type GetCurrentRetentionPolicy struct{}

func (GetCurrentRetentionPolicy) operation() string             { return "getCurrentRetentionPolicy" }
func (GetCurrentRetentionPolicy) write(*abi.Writer)             {}
func (GetCurrentRetentionPolicy) reply(record abi.Record) Reply { return readRetentionPolicies(record) }

// GetCarrierRetentionPolicy reads the retention policies to choose from. It takes a token only.
type GetCarrierRetentionPolicy struct{}

func (GetCarrierRetentionPolicy) operation() string             { return "getCarrierRetentionPolicy" }
func (GetCarrierRetentionPolicy) write(*abi.Writer)             {}
func (GetCarrierRetentionPolicy) reply(record abi.Record) Reply { return readRetentionPolicies(record) }

// SetRetentionPolicy chooses retention policies. It changes state, and takes a token only.
type SetRetentionPolicy struct {
	// PolicyList holds 1 to 50 policies with their new status.
	PolicyList []PolicyStatus
}

// PolicyStatus is a policy and its new status.
type PolicyStatus struct {
	PolicyID string
	Status   string
}

func (SetRetentionPolicy) operation() string { return "setRetentionPolicy" }

func (c SetRetentionPolicy) write(w *abi.Writer) {
	w.Record(func(w *abi.Writer) {
		for _, policy := range c.PolicyList {
			w.Record(func(w *abi.Writer) {
				w.Text(policy.PolicyID)
				w.Text(policy.Status)
			})
		}
	})
}

func (SetRetentionPolicy) reply(record abi.Record) Reply { return readAcknowledgement(record) }

// ReverseOrder is the reverse notification of a carrier, for what is paid per use. It changes
// state.
type ReverseOrder struct {
	// BatchSN is the serial number of the batch, at most 64 characters.
	BatchSN string
	// OperationList holds 1 to 50 operations.
	OperationList []OrderOperation
}

// OrderOperation is one operation of a [ReverseOrder].
type OrderOperation struct {
	OperationSN string
	// CarrierUserID is the carrier's own id of the subscriber. Nil: none is sent.
	CarrierUserID *string
	// PackageChangeList holds at most 1 change.
	PackageChangeList []PackageChange
}

// PackageChange is a change of a package.
type PackageChange struct {
	PackageID string
	// UndocumentedChangeType is a change type other than the documented 1, sent as it is. Default 1.
	UndocumentedChangeType *int64
}

func (ReverseOrder) operation() string { return "reverseOrder" }

func (c ReverseOrder) write(w *abi.Writer) {
	w.Text(c.BatchSN)
	w.Record(func(w *abi.Writer) {
		for _, operation := range c.OperationList {
			w.Record(operation.write)
		}
	})
}

func (o OrderOperation) write(w *abi.Writer) {
	w.Text(o.OperationSN)
	if o.CarrierUserID == nil {
		w.None(1)
	} else {
		w.Text(*o.CarrierUserID)
	}
	if o.PackageChangeList == nil {
		w.None(1)
		return
	}
	w.Record(func(w *abi.Writer) {
		for _, change := range o.PackageChangeList {
			w.Record(func(w *abi.Writer) {
				w.Text(change.PackageID)
				w.None(1)
				w.OptionalInteger(change.UndocumentedChangeType)
			})
		}
	})
}

func (ReverseOrder) reply(record abi.Record) Reply { return readRawReply(record) }

// RawCall is any other call of the API.
type RawCall struct {
	// Method is GET, POST, PUT, PATCH or DELETE.
	Method string
	// Path is absolute, below the endpoint.
	Path string
	// Query and Header hold names and values. The headers are not signed.
	Query  []Pair
	Header []Pair
	// JSON is the body, sent byte for byte. Nil: no body is sent.
	JSON json.RawMessage
}

// Pair is a name and its value.
type Pair struct {
	Name  string
	Value string
}

func (RawCall) operation() string { return "rawCall" }

func (c RawCall) name() string { return c.Method + " " + c.Path }

func (c RawCall) write(w *abi.Writer) {
	w.Text(c.Method)
	w.Text(c.Path)
	writePairs(w, c.Query)
	writePairs(w, c.Header)
	if c.JSON == nil {
		w.None(1)
	} else {
		w.Bytes(c.JSON)
	}
}

func (RawCall) reply(record abi.Record) Reply { return readRawReply(record) }

func writePairs(w *abi.Writer, pairs []Pair) {
	w.Record(func(w *abi.Writer) {
		for _, pair := range pairs {
			w.Text(pair.Name)
			w.Text(pair.Value)
		}
	})
}

// writeCall writes the two fields by which a call crosses: its operation, and the operation's own
// record.
func writeCall(w *abi.Writer, call Call) {
	w.Text(call.operation())
	w.Record(call.write)
}
