package redact

import "testing"

func TestAddress(t *testing.T) {
	for text, want := range map[string]string{
		// Text without a URL or a secret is unchanged.
		"": "", "127.0.0.1:8080": "127.0.0.1:8080", "[::1]:8080": "[::1]:8080", ":8080": ":8080", "*": "*",
		"image/*": "image/*", "168h": "168h", "./pawl-data": "./pawl-data", "/srv/a@b=c/pawl": "/srv/a@b=c/pawl",
		`C:\pawl`: `C:\pawl`, "/etc/pawl.yaml": "/etc/pawl.yaml", "files.example.org": "files.example.org",
		"sqlite:/srv/pawl.db": "sqlite:/srv/pawl.db", "file:data": "file:data", "file:///srv/pawl": "file:///srv/pawl",
		"https://app.example.org": "https://app.example.org", "https://app.example.org:8443/": "https://app.example.org:8443/",
		"postgres://db:5432/pawl?sslmode=require&connect_timeout=5": "postgres://db:5432/pawl?sslmode=require&connect_timeout=5",
		"s3://pawl/files?region=eu-central-1":                       "s3://pawl/files?region=eu-central-1",
		"s3://pawl/files?endpoint=http://minio:9000":                "s3://pawl/files?endpoint=http://minio:9000",

		// Users and passwords.
		"postgres://pawl:hunter2@db/pawl":    "postgres://xxxxx@db/pawl",
		"postgres://hunter2@db/pawl":         "postgres://xxxxx@db/pawl",
		"https://hunter2@app.example.org":    "https://xxxxx@app.example.org",
		"HTTPS://a:hunter2@example.org/":     "HTTPS://xxxxx@example.org/",
		"jdbc:postgresql://a:hunter2@db/a":   "xxxxx",
		"postgres:pawl:hunter2@db/pawl":      "xxxxx",
		"postgres:hunter2":                   "postgres:xxxxx",
		"pawl:hunter2@db:5432":               "xxxxx",
		"hunter2@db":                         "xxxxx",
		"postgres://pawl:hun%ter2@db/pawl":   "postgres://xxxxx",
		"postgres://pawl:12/hunter2@db/a":    "postgres://xxxxx",
		"postgres://pawl:12?hunter2@db/a":    "postgres://xxxxx",
		"postgres://pawl:12#hunter2@db/a":    "postgres://xxxxx",
		"postgres://a:hunter2@one,two:1/a":   "postgres://xxxxx@one,two:1/a",
		"postgres://a:hunter2@one:1,two:/a":  "postgres://xxxxx@one:1,two:/a",
		"host=db user=pawl password=hunter2": "xxxxx",
		"host=db password = 'hunter2'":       "xxxxx",

		// Paths and queries.
		"https://hooks.example.org/services/T1/hunter2":                      "https://hooks.example.org/xxxxx",
		"https://hooks.example.org?hunter2":                                  "https://hooks.example.org/xxxxx",
		"https://hooks.example.org#hunter2":                                  "https://hooks.example.org/xxxxx",
		"postgres://db/pawl?password=hunter2&sslmode=disable":                "postgres://db/pawl?password=xxxxx&sslmode=disable",
		"postgres://db/pawl?sslmode=disable;password=hunter2":                "postgres://db/pawl?sslmode=xxxxx",
		"s3://pawl/files?hunter2":                                            "s3://pawl/files?xxxxx",
		"s3://pawl/files#hunter2":                                            "s3://pawl/files#xxxxx",
		"s3://pawl?endpoint=http%3A%2F%2Fa%3Ahunter2%40minio%3A9000&secret=": "s3://pawl?endpoint=http%3A%2F%2Fxxxxx%40minio%3A9000&secret=xxxxx",
	} {
		if got := Address(text); got != want {
			t.Errorf("Address(%q) = %q, want %q", text, got, want)
		}
	}
}
