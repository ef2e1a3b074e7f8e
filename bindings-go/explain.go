package koodrive

import (
	"time"

	"github.com/koodrive/koodrive/bindings-go/internal/abi"
)

// Explanation shows every stage of a signature.
type Explanation struct {
	// CanonicalRequest is step 1, and CanonicalRequestHash the lower-case hex of its SHA-256.
	CanonicalRequest     string
	CanonicalRequestHash string
	// StringToSign is step 2.
	StringToSign string
	// Signature is step 3; empty where it is made elsewhere.
	Signature string
	// SignedHeaders are the headers that are signed, joined by semicolons.
	SignedHeaders string
	// Difference is the first line in which the service's canonical request differs; nil where none
	// does, or none is known.
	Difference *Difference
	// Finding is what the service's message says about the refusal, as a sentence.
	Finding string
}

// Difference is one line of the canonical request, both ways.
type Difference struct {
	// Part is what the line holds, such as CanonicalURI.
	Part string
	// Line is its number, from 1.
	Line int
	// Ours and Theirs are the line as this package and as the service signed it; empty for a missing
	// line.
	Ours   string
	Theirs string
}

// Explain shows how a call is signed. Nothing is sent. Given the service's message, such as the Msg
// of an [Error], it says where the two sides differ; message may be empty. The option [WithDate]
// sets the X-Date that is explained.
func (c *Client) Explain(call Call, message string, options ...CallOption) (*Explanation, error) {
	if call == nil {
		return nil, errNoCall
	}
	o := optionsOf(options)
	answer, err := c.core.Call(c.handle, abi.OpExplain, func(w *abi.Writer) {
		writeCall(w, call)
		w.Instant(time.Now())
		w.Instant(o.date)
		w.OptionalText(message)
	})
	if err != nil {
		return nil, errorOf(err, nil)
	}
	return readExplanation(answer), nil
}

func readExplanation(answer abi.Record) *Explanation {
	explanation := &Explanation{
		CanonicalRequest:     answer.Text(abi.ExplanationCanonicalRequest),
		CanonicalRequestHash: answer.Text(abi.ExplanationCanonicalRequestHash),
		StringToSign:         answer.Text(abi.ExplanationStringToSign),
		Signature:            answer.Text(abi.ExplanationSignature),
		SignedHeaders:        answer.Text(abi.ExplanationSignedHeaders),
		Finding:              answer.Text(abi.ExplanationFinding),
	}
	if difference, present := answer.Field(abi.ExplanationDifference); present {
		explanation.Difference = &Difference{
			Part:   difference.Text(abi.DifferencePart),
			Line:   difference.Int(abi.DifferenceLine),
			Ours:   difference.Text(abi.DifferenceOurs),
			Theirs: difference.Text(abi.DifferenceTheirs),
		}
	}
	return explanation
}
