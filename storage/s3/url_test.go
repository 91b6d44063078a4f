package s3_test

import (
	"strings"
	"testing"

	"pawl/storage/s3"
)

func TestParseURL(t *testing.T) {
	for text, want := range map[string]s3.Config{
		"s3://pawl":            {Bucket: "pawl"},
		"s3://pawl/":           {Bucket: "pawl"},
		"s3://pawl/a/b/":       {Bucket: "pawl", Prefix: "a/b/"},
		"s3://pawl/a?region=x": {Bucket: "pawl", Prefix: "a/", Region: "x"},
		"s3://pawl?endpoint=http://127.0.0.1:9000/&path-style=true&equal-parts=1&checksums=false": {
			Bucket: "pawl", Endpoint: "http://127.0.0.1:9000", PathStyle: true, EqualParts: true, NoChecksums: true,
		},
		"s3://pawl?checksums=true&path-style=false": {Bucket: "pawl"},
	} {
		if got, err := s3.ParseURL(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
}

// TestParseURLRefuses has a secret in every text, which no error repeats.
func TestParseURLRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"http://SECRET/pawl":                        "cannot be read",
		"SECRET":                                    "cannot be read",
		"s3://pawl/%zz?SECRET":                      "cannot be read",
		"s3://key:SECRET@pawl/files":                "credentials",
		"s3:///SECRET":                              "no bucket",
		"s3://ab?region=SECRET":                     "no bucket",
		"s3://pawl?secret-access-key=SECRET":        "nobody knows",
		"s3://pawl?endpoint=SECRET":                 "endpoint",
		"s3://pawl?endpoint=http://k:SECRET@host":   "endpoint",
		"s3://pawl?endpoint=ftp://SECRET":           "endpoint",
		"s3://pawl?path-style=SECRET":               "either true or false",
		"s3://pawl?checksums=SECRET":                "either true or false",
		"s3://pawl?a=%zzSECRET":                     "cannot be read",
		"s3://k:SECRET@pawl?x=SECRET&equal-parts=0": "credentials",
	} {
		_, err := s3.ParseURL(text)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(strings.ToUpper(err.Error()), "SECRET@") ||
			strings.Contains(err.Error(), "SECRET") && !strings.Contains(err.Error(), "AWS_SECRET") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
