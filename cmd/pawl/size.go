package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// units maps lower-case unit names to bytes: binary with an i, decimal without (IEC
// 80000-13).
var units = map[string]float64{
	"": 1, "b": 1,
	"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
	"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
}

// parseSize parses a size such as 1048576, 20MiB or 1.5 GB and returns it in bytes. The
// empty string is 0.
func parseSize(text string) (int64, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, nil
	}
	wrong := fmt.Errorf("%q is not a size: use a number of bytes, or a number with a unit, such as 20MiB or 2GB", text)
	number := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ")
	unit, known := units[strings.ToLower(strings.TrimSpace(text[len(number):]))]
	if !known {
		return 0, wrong
	}
	if whole, err := strconv.ParseInt(number, 10, 64); err == nil && unit == 1 && whole >= 0 {
		return whole, nil
	}
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || strings.ContainsAny(number, "xXpP_eE") {
		return 0, wrong
	}
	if size := n * unit; size >= 0 && size < math.MaxInt64 && size == math.Trunc(size) {
		return int64(size), nil
	}
	return 0, wrong
}
