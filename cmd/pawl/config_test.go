package main

import (
	"strings"
	"testing"
)

func TestParseSize(t *testing.T) {
	tests := []struct {
		text string
		want int64 // -1 for a fault
	}{
		{"", 0}, {"0", 0}, {"1048576", 1 << 20}, {"9007199254740993", 9007199254740993},
		{"20MiB", 20 << 20}, {"20mib", 20 << 20}, {"20 MiB", 20 << 20}, {"2GB", 2e9}, {"1.5GiB", 3 << 29}, {"512B", 512},
		{"10TiB", 10 << 40},
		{"-1", -1}, {"20M", -1}, {"MiB", -1}, {"1.5B", -1}, {"twenty", -1}, {"1e3", -1}, {"0x10", -1}, {"NaN", -1}, {"Inf", -1},
		{"9223372036854775808", -1}, {"9000000TiB", -1}, {"1,5GB", -1},
	}
	for _, tt := range tests {
		got, err := parseSize(tt.text)
		if err != nil {
			got = -1
		}
		if got != tt.want {
			t.Errorf("parseSize(%q) = %d, %v; want %d", tt.text, got, err, tt.want)
		}
	}
}

func TestDidYouMean(t *testing.T) {
	known := []string{"listen", "data-dir", "deny-types"}
	for name, want := range map[string]string{
		"lisen": "; did you mean listen?", "deny-type": "; did you mean deny-types?", "port": "", "listen-address": "",
	} {
		if got := didYouMean(name, known); got != want {
			t.Errorf("didYouMean(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"127.0.0.1": true, "127.8.8.8": true, "::1": true, "::ffff:127.0.0.1": true, "localhost": true,
		"": false, "0.0.0.0": false, "::": false, "10.0.0.1": false, "example.org": false, "localhost.example.org": false,
	} {
		if got := isLoopback(host); got != want {
			t.Errorf("isLoopback(%q) = %v", host, got)
		}
	}
}

func TestNearby(t *testing.T) {
	for listen, want := range map[string]string{
		":8080": "127.0.0.1:8080", "0.0.0.0:8080": "127.0.0.1:8080", "[::]:8080": "[::1]:8080",
		"127.0.0.1:8080": "127.0.0.1:8080", "10.1.2.3:80": "10.1.2.3:80", "localhost:80": "localhost:80",
	} {
		if got := localAddress(listen); got != want {
			t.Errorf("localAddress(%q) = %q, want %q", listen, got, want)
		}
	}
}

// TestSecretsAreNotShown sets every setting to values that contain a secret, valid or not,
// and checks that neither `pawl config` nor a fault contains it.
func TestSecretsAreNotShown(t *testing.T) {
	const password = "hunter2"
	values := []string{
		"https://hunter2@files.example.org", "https://pawl:hunter2@files.example.org/", "HTTPS://HUNTER2@FILES.EXAMPLE.ORG",
		"https://files.example.org/services/hunter2", "https://files.example.org/?hunter2", "https://files.example.org/#hunter2",
		"ftp://pawl:hunter2@files.example.org", "https://pawl:hun%ter2@hunter2", "https://pawl:hunter2@files.example.org:port",
		"postgres://pawl:hunter2@db/pawl", "postgres://hunter2@db/pawl", "postgres://db/pawl?password=hunter2", "postgres:hunter2",
		"postgres://pawl:1/hunter2@db/pawl", "host=db user=pawl password=hunter2", "pawl:hunter2@db:5432",
		"s3://pawl:hunter2@bucket/files", "s3://bucket/files?secret=hunter2", "s3://bucket/files?endpoint=http://a:hunter2@minio&region=x",
		"sqlite://pawl:hunter2@files.example.org/", "sqlite:/srv/pawl.db?key=hunter2", "file://pawl:hunter2@files.example.org/",
	}
	for i, s := range defaultSettings(t).each() {
		for _, value := range values {
			settings := defaultSettings(t)
			// With a bucket and a hook, the settings that depend on them are validated too.
			settings.StorageURL, settings.HookURL, settings.CDNURL = "s3://bucket/files", "http://127.0.0.1", "http://127.0.0.1"
			settings.set(s.env, value)
			var printed strings.Builder
			a := &app{settings: settings, stdout: &printed}
			if err := (configCommand{}).Run(a); err != nil {
				printed.WriteString(err.Error())
			}
			if strings.Contains(strings.ToLower(printed.String()), password) {
				t.Errorf("%s=%s is printed:\n%s", s.env, value, printed.String())
			}
			if s.flag != "config" && !strings.Contains(printed.String(), s.flag+": ") {
				t.Errorf("%s (field %d) is not printed at all", s.env, i)
			}
		}
	}
}

func TestMaxSizeFitsTheStorage(t *testing.T) {
	const bucket = "s3://bucket?region=eu-central-1"
	for _, tt := range []struct {
		storage, size string
		want          int64
	}{
		{"", "", 0}, {"", "6TiB", 6 << 40}, {"file:/data", "", 0},
		{bucket, "", 5 << 40}, {bucket, "6TiB", 5 << 40}, {bucket, "5TiB", 5 << 40}, {bucket, "1GiB", 1 << 30},
	} {
		p := parser{settings: &settings{StorageURL: tt.storage, MaxSize: tt.size, S3Memory: "256MiB"}}
		c := config{maxSize: p.maxSize()}
		p.storage(&c)
		if len(p.faults) > 0 || c.maxSize != tt.want {
			t.Errorf("storage %q, size %q: %d, %v; want %d", tt.storage, tt.size, c.maxSize, p.faults, tt.want)
		}
	}
}

func TestPostgresURL(t *testing.T) {
	for text, good := range map[string]bool{
		"postgres://db/pawl":                         true,
		"postgresql://pawl:secret@db:5432/pawl":      true,
		"postgres://pawl:a,b@one:5432,two:5433/pawl": true,
		"postgres:///pawl?host=/run/postgresql":      true,
		"postgres://pawl:sec%ret@db/pawl":            false,
		"postgres:secret":                            false,
		"postgres://pawl:secret@/pawl":               false,
		"postgres://pawl:secret@db:port/pawl":        false,
	} {
		p := parser{settings: &settings{DatabaseURL: text}}
		var c config
		p.database(&c)
		if (len(p.faults) == 0) != good || strings.Contains(p.faults.Error(), "secret") {
			t.Errorf("%s: %v", text, p.faults)
		}
		if good && (c.postgres != text || c.sqlite != "") {
			t.Errorf("%s: %+v", text, c)
		}
	}
}
