// SPDX-License-Identifier: Apache-2.0

/// As a part of other values that are coded.
extension JSONValue: Codable {
    package init(from decoder: any Decoder) throws {
        if let members = try? decoder.container(keyedBy: Name.self) {
            self = .object(
                JSONObject(
                    unique: try members.allKeys.map { (name: $0.stringValue, value: try members.decode(JSONValue.self, forKey: $0)) }))
        } else if var items = try? decoder.unkeyedContainer() {
            var all: [JSONValue] = []
            while !items.isAtEnd { all.append(try items.decode(JSONValue.self)) }
            self = .array(all)
        } else {
            let value = try decoder.singleValueContainer()
            if value.decodeNil() { self = .null }
            else if let flag = try? value.decode(Bool.self) { self = .bool(flag) }
            else if let number = try? value.decode(Int64.self) { self = .integer(number) }
            else if let number = try? value.decode(Double.self) { self = .number(String(number)) }
            else { self = .string(try value.decode(String.self)) }
        }
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .object(let object):
            var members = encoder.container(keyedBy: Name.self)
            for (name, value) in object.members { try members.encode(value, forKey: Name(stringValue: name)) }
        case .array(let items):
            var all = encoder.unkeyedContainer()
            for item in items { try all.encode(item) }
        default:
            var value = encoder.singleValueContainer()
            switch self {
            case .bool(let flag): try value.encode(flag)
            case .string(let text): try value.encode(text)
            case .number(let digits):
                if let number = Int64(digits) { try value.encode(number) } else { try value.encode(Double(digits) ?? 0) }
            case .null, .array, .object: try value.encodeNil()
            }
        }
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
