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

// maxAnswer is how much of an answer is read, in bytes.
const maxAnswer = 1 << 10

// judge turns the service's answer into a verdict, nil for a yes, or into the
// reason why it is none.
func judge(resp *http.Response) (verdict, err error) {
	// Read also where nothing is made of it: a connection is kept only when its
	// answer has been read.
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	switch code := resp.StatusCode; {
	case code/100 == 2:
		return nil, nil
	case code/100 == 4 && !aboutTheCall(code):
		return pawl.Errorf(pawl.Refused, "%s", sentence(resp.Header.Get("Content-Type"), body)), nil
	case err != nil:
		return nil, err
	default:
		return nil, fmt.Errorf("it answered %s", resp.Status)
	}
}

// aboutTheCall reports whether a status speaks of the question rather than of the
// upload: a wrong path or a busy service must not end uploads for good.
func aboutTheCall(code int) bool {
	switch code {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusProxyAuthRequired, http.StatusRequestTimeout,
		http.StatusMisdirectedRequest, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return false
}

const plainRefusal = "the service that checks uploads refused it"

// sentence takes the reason out of a refusal: what people will read.
func sentence(contentType string, body []byte) string {
	media, _, _ := mime.ParseMediaType(contentType)
	text := string(body)
	var answer struct {
		Message string `json:"message"`
	}
	switch {
	case json.Unmarshal(body, &answer) == nil:
		text = answer.Message
	case media != "" && media != "text/plain", strings.HasPrefix(strings.TrimSpace(text), "<"):
		return plainRefusal // an error page or half a JSON document is no sentence
	}
	if text = printable(text); text == "" {
		return plainRefusal
	}
	return text
}

// printable is the text on one line, without anything that cannot be seen. A rune
// that was cut in two at the end is dropped.
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
