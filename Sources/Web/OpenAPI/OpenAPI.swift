// SPDX-License-Identifier: Apache-2.0

/// The API description (OpenAPI 3.1), made from the actions: what is not an action is not in it.
enum OpenAPI {
    static func document(_ operations: [OperationDescription], origin: PublicOrigin) -> [UInt8] {
        var paths: [(name: String, value: JSON)] = []
        for (pattern, group) in Dictionary(grouping: operations, by: \.route.pattern).sorted(by: { $0.key < $1.key }) {
            let members = group.sorted { $0.route.method.rawValue < $1.route.method.rawValue }
                .map { (name: $0.route.method.rawValue.lowercased(), value: operation($0)) }
            paths.append((pattern, .object(members)))
        }
        let document: JSON = [
            "openapi": "3.1.0",
            "info": [
                "title": "Entente", "version": "1",
                "description":
                    "Every action of the site. Send a token as a bearer token; a page's address answers JSON to it.",
            ],
            "servers": [["url": .string(origin.url)]],
            "paths": .object(paths),
            "components": ["schemas": ["Problem": problem], "securitySchemes": securitySchemes],
        ]
        return document.text
    }

    private static func operation(_ operation: OperationDescription) -> JSON {
        .members([
            ("operationId", .string(operation.id)), ("summary", .string(operation.summary)),
            ("security", .array(operation.security.map { .object([(name: $0.rawValue, value: .array([]))]) })),
            ("parameters", .array(operation.fields.compactMap(parameter))),
            ("requestBody", operation.route.method == .get ? nil : body(operation)),
            ("responses", responses(operation)),
        ])
    }

    private static func parameter(_ field: FieldDescription) -> JSON? {
        guard field.place != .body else { return nil }
        return .members([
            ("name", .string(field.name)), ("in", .string(field.place.rawValue)),
            ("required", field.isRequired ? true : nil), ("description", description(field)),
            ("schema", field.type.schema),
        ])
    }

    private static func body(_ operation: OperationDescription) -> JSON? {
        let fields = operation.fields.filter { $0.place == .body }
        guard !fields.isEmpty else { return nil }
        let properties = fields.map { field in
            let schema = field.type.schema
            guard let description = description(field), case .object(let members) = schema else {
                return (name: field.name, value: schema)
            }
            return (name: field.name, value: JSON.object(members + [("description", description)]))
        }
        let required = fields.filter(\.isRequired).map { JSON.string($0.name) }
        let content: JSON = [
            "schema": .members([
                ("type", "object"), ("properties", .object(properties)),
                ("required", required.isEmpty ? nil : .array(required)),
            ])
        ]
        let types =
            operation.takesFiles
            ? ["multipart/form-data"]
            : ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]
        return [
            "required": .bool(!required.isEmpty),
            "content": .object(types.map { (name: $0, value: content) }),
        ]
    }

    private static func description(_ field: FieldDescription) -> JSON? {
        field.label.map { .string($0.description) }
    }

    private static func responses(_ operation: OperationDescription) -> JSON {
        let schema: JSON = operation.output ?? [:]
        let content: JSON = ["schema": schema]
        let answer: JSON = ["description": "Done", "content": .object([(name: operation.answerType, value: content)])]
        let refusal: JSON = [
            "description": "A problem (RFC 9457)",
            "content": ["application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]],
        ]
        return ["2XX": answer, "4XX": refusal, "5XX": refusal]
    }

    private static var problem: JSON {
        let text: JSON = ["type": "string"]
        return [
            "type": "object", "required": ["type", "title", "status", "detail"],
            "properties": [
                "type": ["type": "string", "format": "uri"], "title": text, "status": ["type": "integer"],
                "detail": text,
                "errors": [
                    "type": "array",
                    "items": ["type": "object", "properties": ["field": text, "message": text]],
                ],
            ],
        ]
    }

    private static let securitySchemes: JSON = [
        "bearer": ["type": "http", "scheme": "bearer"],
        "cookie": ["type": "apiKey", "in": "cookie", "name": "__Host-entente-{enterprise}"],
    ]
}
