// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

// oktaEvent renders a System Log event. The fields and their order are those of the real API. debug is more members of
// debugData, the part that differs most between real events.
func oktaEvent(debug string) field {
	return compile(`{"actor":{"id":"$pid$","type":"User","alternateId":"$email$","displayName":"$name$","detailEntry":null},`+
		`"client":{"userAgent":{"rawUserAgent":"$agent$","os":"Linux","browser":"UNKNOWN"},"zone":"null","device":"Computer",`+
		`"id":null,"ipAddress":"$ip$","geographicalContext":{"city":"M\u00fcnchen","state":"Bavaria","country":"Germany",`+
		`"postalCode":"80331","geolocation":{"lat":48.1374,"lon":11.5755}}},"device":null,`+
		`"authenticationContext":{"authenticationProvider":null,"credentialProvider":null,"credentialType":null,"issuer":null,`+
		`"interface":null,"authenticationStep":0,"externalSessionId":"trs$hex$"},"displayMessage":$message$,`+
		`"eventType":"$type$","outcome":$outcome$,"published":"$time$",`+
		`"securityContext":{"asNumber":64500,"asOrg":"example","isp":"example","domain":"isp.example","isProxy":false},`+
		`"severity":"$severity$","debugContext":{"debugData":{"requestId":"$hex$","dtHash":"$hex$$hex$",`+
		`"requestUri":"/api/v1/authn","url":"/api/v1/authn?a=1&b=%22x%22"`+debug+`}},"legacyEventType":"core.$type$",`+
		`"transaction":{"type":"WEB","id":"t$hex$","detail":{}},"uuid":"dc9fd3c0-0000-41f0-8478-$index$","version":"0",`+
		`"request":{"ipChain":[{"ip":"$ip$","geographicalContext":null,"version":"V4","source":null},`+
		`{"ip":"198.51.100.1","geographicalContext":null,"version":"V4","source":null}]},"target":$target$}`,
		map[string]field{
			"time": in(layoutMillis),
			"type": oneOf(1, "user.session.start", "user.authentication.sso", "user.session.end", "policy.evaluate_sign_on",
				"app.oauth2.token.grant", "system.api_token.create"),
			"message": oneOf(1, `"User login to Okta"`, `"User single sign on to app"`, `"User logout from Okta"`,
				`"Evaluation of sign-on policy"`, `"OAuth2 token grant"`, "null"),
			"severity": oneOf(2, "INFO", "INFO", "WARN", "ERROR", "DEBUG"),
			"outcome": oneOf(3, `{"result":"SUCCESS","reason":null}`, `{"result":"SUCCESS","reason":null}`,
				`{"result":"FAILURE","reason":"INVALID_CREDENTIALS"}`),
			"target": oneOf(4, "null", `[]`, `[{"id":"0oa1","type":"AppInstance","alternateId":"Jira \"cloud\"",`+
				`"displayName":"Jira","detailEntry":{"signOnModeType":"SAML_2_0","nested":{"deep":[1,2,{"x":null}]}}}]`),
		})
}
