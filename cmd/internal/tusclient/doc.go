// Package tusclient is a client for the tus resumable upload protocol 1.0.
//
// The methods of [Client] that are named for a request send it once. [Client.Upload] and
// [Client.UploadStream] create an upload, send it, and after a failure resume at the
// server's offset. They return when everything is stored, the failure is permanent, or
// there was no progress for Client.RetryFor.
package tusclient
