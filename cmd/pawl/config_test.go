package main

import "testing"

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
