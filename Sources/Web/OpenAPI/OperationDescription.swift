// SPDX-License-Identifier: Apache-2.0

/// What the API description says about one operation, from the action's own types.
struct OperationDescription: Sendable {
    let route: Route
    let summary: String
    /// The action's name, which is unique in the program.
    let id: String
    let security: [Security]
    var fields: [FieldDescription] = []
    /// Names of header fields that it needs.
    var headers: [String] = []
    /// The media type of the body of a raw action.
    var takes: String?
    /// The answers when it goes well: by status, by media type the schema.
    var answers: [(status: Int, content: [(type: String, schema: JSON)])] = []
    /// Whether an answer says where the created thing is.
    var tellsLocation = false
    /// The statuses of refusals.
    var refusals: [Int] = []
    /// A media type in which it may refuse besides problem details, such as receipts that say no.
    var refusesAs: String?
    /// Whether a request with a key can be sent again.
    var takesKey = false
    /// Names of types of which not all could be described.
    var undescribed: Set<String> = []

    var takesFiles: Bool { fields.contains { $0.type.isFile } }
    /// Whether it can be called without a file, so also as JSON.
    var needsFiles: Bool { fields.contains { $0.type.isFile && $0.isRequired } }

    init<A: Operation>(_: A.Type) {
        self.init(route: A.route, summary: A.summary, id: Self.name(A.self), security: A.As.security)
        describe(A.Input.self)
        undescribed = SchemaDecoder.undescribed(in: A.Output.self)
        let (isRead, schema) = (route.method == .get, SchemaDecoder.schema(of: A.Output.self))
        let shown = [(type: "application/json", schema: schema), (type: "text/html", schema: Self.text)]
        switch A.gives {
        case .output: answers = [(status: 200, content: shown)]
        case .creation: answers = [(status: 201, content: shown)]
        case .file:
            answers = [(status: 200, content: [(type: "*/*", schema: Self.bytes)]), (status: 304, content: [])]
        }
        tellsLocation = A.gives == .creation
        // A browser is sent on after a change, and to sign in.
        if !isRead || !security.isEmpty { answers.append((status: 303, content: [])) }
        takesKey = !isRead
        let always = [400, 404, 406, 414, 422, 500, 503] + A.As.refusals + (A.limit == nil ? [] : [429])
        refusals = isRead ? always : always + [403, 409, 413, 415, 507]
    }

    init<A: StreamAction>(stream _: A.Type) {
        self.init(route: A.route, summary: A.summary, id: Self.name(A.self), security: A.As.security)
        describe(A.Input.self)
        answers = [(status: 200, content: [(type: "text/event-stream", schema: Self.text)])]
        refusals = [400, 404, 414, 422, 429, 500, 503] + A.As.refusals
    }

    init(raw action: any RawAction.Type) {
        self.init(route: action.route, summary: action.summary, id: Self.name(action), security: [])
        let exchanged = action.exchanged
        takes = exchanged.takes
        refusesAs = exchanged.gives
        headers = exchanged.headers
        let given = [(type: exchanged.gives, schema: Self.bytes)]
        answers = exchanged.statuses.filter { $0 < 300 }.map { (status: $0, content: given) }
        // What the site itself refuses, before the action sees it.
        refusals = exchanged.statuses.filter { $0 >= 300 } + [400, 413, 414, 500, 503] + (action.limit == nil ? [] : [429])
        fields = route.parameters.map {
            FieldDescription(name: $0, label: nil, type: .string(), place: .path, isRequired: true)
        }
        fields += exchanged.query.map {
            FieldDescription(name: $0, label: nil, type: .string(), place: .query, isRequired: true)
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

    private static let text: JSON = ["type": "string"]
    /// Bytes of any kind (OpenAPI 3.1: no schema).
    private static let bytes: JSON = [:]

    private static func name(_ type: Any.Type) -> String {
        let name = String(describing: type)
        return name.prefix(1).lowercased() + name.dropFirst()
    }
}

extension FieldType {
    var isFile: Bool {
        switch self {
        case .file, .list(.file): true
        default: false
        }
    }

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
