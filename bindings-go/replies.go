package koodrive

import "github.com/koodrive/koodrive/bindings-go/internal/abi"

// Reply is what the service answered to a call that it took: an [*Acknowledgement], a
// [*SpaceUsage], a [*RetentionPolicies] or a [*RawReply], as the call has it. A text is empty where
// the service sent none.
type Reply interface {
	acknowledgement() *Acknowledgement
}

// Acknowledgement is the reply to [NotifyPackageExpire] and [SetRetentionPolicy], and a part of
// every other reply.
type Acknowledgement struct {
	// Code is the service's code: 0, or empty where a reply that may do so has none.
	Code string
	// Msg is the service's message. It may be Chinese, so never match on it.
	Msg string
	// TraceID is the reply's trace id, or else the one that was sent.
	TraceID string
}

func (a *Acknowledgement) acknowledgement() *Acknowledgement { return a }

// SpaceUsage is the reply to [GetSpaceUsageByOverview].
type SpaceUsage struct {
	Acknowledgement
	// Data is nil where the service sent none.
	Data *SpaceUsageData
	// Body is the reply's body as it came.
	Body string
}

// SpaceUsageData holds the numbers of a [SpaceUsage], digit for digit.
type SpaceUsageData struct {
	TotalAllocation string
	TotalCapacity   string
	// TotalUsed is in KB.
	TotalUsed string
	// Quota is in GB.
	Quota string
}

// RetentionPolicies is the reply to [GetCurrentRetentionPolicy] and [GetCarrierRetentionPolicy].
type RetentionPolicies struct {
	Acknowledgement
	PolicyList []RetentionPolicy
	// Body is the reply's body as it came.
	Body string
}

// RetentionPolicy is one of the [RetentionPolicies].
type RetentionPolicy struct {
	// PolicyID is text, digit for digit: it exceeds 2^53.
	PolicyID    string
	PolicyName  string
	Description string
	// Priority and Status are nil where the service sent none.
	Priority *int64
	Status   *int64
}

// RawReply is the reply to [ReverseOrder] and [RawCall].
type RawReply struct {
	Acknowledgement
	// Status is the HTTP status.
	Status int
	// Body is the reply's body as it came.
	Body string
}

// readAcknowledgement reads the record of a reply that has no status. Its first fields are the same
// in all of them.
func readAcknowledgement(record abi.Record) *Acknowledgement {
	return &Acknowledgement{
		Code:    record.Text(abi.AcknowledgementCode),
		Msg:     record.Text(abi.AcknowledgementMsg),
		TraceID: record.Text(abi.AcknowledgementTraceId),
	}
}

func readSpaceUsage(record abi.Record) *SpaceUsage {
	usage := &SpaceUsage{
		Acknowledgement: *readAcknowledgement(record),
		Body:            record.Text(abi.SpaceUsageBody),
	}
	if data, present := record.Field(abi.SpaceUsageData); present {
		usage.Data = &SpaceUsageData{
			TotalAllocation: data.Text(abi.SpaceUsageDataTotalAllocation),
			TotalCapacity:   data.Text(abi.SpaceUsageDataTotalCapacity),
			TotalUsed:       data.Text(abi.SpaceUsageDataTotalUsed),
			Quota:           data.Text(abi.SpaceUsageDataQuota),
		}
	}
	return usage
}

func readRetentionPolicies(record abi.Record) *RetentionPolicies {
	policies := &RetentionPolicies{
		Acknowledgement: *readAcknowledgement(record),
		Body:            record.Text(abi.RetentionPoliciesBody),
	}
	list := record.Record(abi.RetentionPoliciesPolicyList)
	policies.PolicyList = make([]RetentionPolicy, 0, list.Count())
	for policy := range list.Fields {
		policies.PolicyList = append(policies.PolicyList, RetentionPolicy{
			PolicyID:    policy.Text(abi.RetentionPolicyPolicyId),
			PolicyName:  policy.Text(abi.RetentionPolicyPolicyName),
			Description: policy.Text(abi.RetentionPolicyDescription),
			Priority:    optionalInteger(policy, abi.RetentionPolicyPriority),
			Status:      optionalInteger(policy, abi.RetentionPolicyStatus),
		})
	}
	return policies
}

func readRawReply(record abi.Record) *RawReply {
	return &RawReply{
		Acknowledgement: Acknowledgement{
			Code:    record.Text(abi.RawReplyCode),
			Msg:     record.Text(abi.RawReplyMsg),
			TraceID: record.Text(abi.RawReplyTraceId),
		},
		Status: record.Int(abi.RawReplyStatus),
		Body:   record.Text(abi.RawReplyBody),
	}
}

func optionalInteger(record abi.Record, place int) *int64 {
	number, present := record.Integer(place)
	if !present {
		return nil
	}
	return &number
}
