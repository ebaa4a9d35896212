// SPDX-License-Identifier: Apache-2.0

/// What the API description says about one operation, from the action's own types.
struct OperationDescription: Sendable {
    let route: Route
    let summary: String
    /// The action's name, which is unique in the program.
    let id: String
    let security: [Security]
    var fields: [FieldDescription] = []
    var output: JSON?
    /// The type of the answer where it is not JSON.
    var answerType = "application/json"

    var takesFiles: Bool {
        fields.contains { field in
            switch field.type {
            case .file, .list(.file): true
            default: false
            }
        }
    }

    init<A: Operation>(_: A.Type) {
        self.init(route: A.route, summary: A.summary, id: Self.name(A.self), security: A.As.security)
        describe(A.Input.self)
        output = SchemaDecoder.schema(of: A.Output.self)
    }

    init<A: StreamAction>(stream _: A.Type) {
        self.init(route: A.route, summary: A.summary, id: Self.name(A.self), security: A.As.security)
        describe(A.Input.self)
        answerType = "text/event-stream"
    }

    init(raw action: any RawAction.Type) {
        self.init(route: action.route, summary: action.summary, id: Self.name(action), security: [])
        answerType = "*/*"
        fields = route.parameters.map {
            FieldDescription(name: $0, label: nil, type: .string(), place: .path, isRequired: true)
        }
    }

    private init(route: Route, summary: String, id: String, security: [Security]) {
        self.route = route
        self.summary = summary
        self.id = id
        self.security = security
    }

    /// Fields the input asks for; path values that only the caller's identity needs are added.
    private mutating func describe<Input: FormInput>(_: Input.Type) {
        var form = Form(describing: route.method)
        _ = Input(&form)
        let asked = Set(form.described.map(\.name))
        fields = form.described
        for name in route.parameters where !asked.contains(name) {
            fields.append(FieldDescription(name: name, label: nil, type: .string(), place: .path, isRequired: true))
        }
    }

    private static func name(_ type: Any.Type) -> String {
        let name = String(describing: type)
        return name.prefix(1).lowercased() + name.dropFirst()
    }
}

extension FieldType {
    var schema: JSON {
        switch self {
        case .string(let maxLength, let minLength, let format):
            .members([
                ("type", "string"), ("minLength", minLength.map { .number(String($0)) }),
                ("maxLength", maxLength.map { .number(String($0)) }), ("format", format.map { .string($0) }),
            ])
        case .integer(let range):
            .members([
                ("type", "integer"), ("minimum", .number(String(range.lowerBound))),
                ("maximum", .number(String(range.upperBound))),
            ])
        case .boolean: ["type": "boolean"]
        case .choice(let names): ["type": "string", "enum": .array(names.map { .string($0) })]
        case .time: ["type": "string", "format": "date-time"]
        case .date: ["type": "string", "format": "date"]
        case .amount: ["type": "string", "examples": ["120.50"]]
        case .currency: ["type": "string", "pattern": "^[A-Za-z]{3}$", "examples": ["EUR"]]
        case .id: ["type": "string", "format": "uuid"]
        case .file: ["type": "string", "contentMediaType": "application/octet-stream"]
        case .list(let element): ["type": "array", "items": element.schema]
        }
    }
}
