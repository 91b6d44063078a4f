package main

import "pawl/api"

// openapiCommand prints the OpenAPI document of the REST API.
type openapiCommand struct{}

func (openapiCommand) Run(a *app) error {
	document, err := api.OpenAPI()
	if err != nil {
		return err
	}
	_, err = a.stdout.Write(document)
	return err
}
