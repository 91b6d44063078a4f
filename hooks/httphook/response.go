package httphook

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"pawl"
)

// maxBody is how much of a response body is read, in bytes.
const maxBody = 1 << 10

// decide returns the rejection in a response, nil if the upload is accepted, or err if
// the response is a failure of the hook.
func decide(resp *http.Response) (rejection, err error) {
	// The body is read in any case, so that the connection can be reused.
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	switch code := resp.StatusCode; {
	case code/100 == 2:
		return nil, nil
	case code/100 == 4 && !isHookFailure(code):
		return pawl.Errorf(pawl.Refused, "%s", rejectionMessage(resp.Header.Get("Content-Type"), body)), nil
	case err != nil:
		return nil, err
	default:
		return nil, fmt.Errorf("the response is %s", resp.Status)
	}
}

// isHookFailure reports whether a 4xx status is a failure of the hook rather than a
// rejection: a wrong path or a busy service must not reject uploads.
func isHookFailure(code int) bool {
	switch code {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusProxyAuthRequired, http.StatusRequestTimeout,
		http.StatusMisdirectedRequest, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return false
}

// defaultMessage is used for a rejection without a readable message.
const defaultMessage = "the upload was rejected"

// rejectionMessage returns the message in a rejection, which is shown to users.
func rejectionMessage(contentType string, body []byte) string {
	media, _, _ := mime.ParseMediaType(contentType)
	text := string(body)
	var answer struct {
		Message string `json:"message"`
	}
	switch {
	case json.Unmarshal(body, &answer) == nil:
		text = answer.Message
	case media != "" && media != "text/plain", strings.HasPrefix(strings.TrimSpace(text), "<"):
		return defaultMessage // an error page, or truncated JSON
	}
	if text = printable(text); text == "" {
		return defaultMessage
	}
	return text
}

// printable returns text as one line without invisible characters and invalid UTF-8.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError || !unicode.IsPrint(r):
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}
