// Package koodrive is the client for the carrier API of KooDrive, Huawei Cloud's cloud drive.
//
// A telecom carrier resells KooDrive space to its subscribers. When a subscriber's package lapses,
// the carrier's back end must tell KooDrive: one signed HTTP request.
//
//	client, err := koodrive.New(koodrive.Options{
//		Endpoint:  koodrive.International,
//		UserID:    "1505084218764547200",
//		AppID:     appID,
//		AppSecret: appSecret,
//	})
//	…
//	reply, err := client.NotifyPackageExpire(ctx, koodrive.NotifyPackageExpire{CarrierUserID: user, PackageID: "14"})
//
// Every error of the package is an [*Error]. Its Outcome answers the one question that matters,
// whether it happened, and its Retryable whether the call may be repeated without asking the
// service first. Nothing is sent twice, but what a refused date allows once.
//
// [Client.Send] sends over an [http.Client] of your own or of the package. [Client.Request] and
// [Client.Parse] are its halves, for any other transport. [Client.Dispatch] sends many calls.
// [Client.Explain] shows a signature.
//
// The rules about the API are those of the project's one core, which is written in Rust, compiled
// to WebAssembly and translated to Go: no cgo, no dependency. Messages spell the names of options
// in snake case, such as clock_margin for [Options.ClockMargin].
package koodrive
