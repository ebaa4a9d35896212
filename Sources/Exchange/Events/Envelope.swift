// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One event as it travels: CloudEvents 1.0 in JSON, with the extensions of this protocol.
package struct Envelope: Hashable, Sendable {
    /// UUIDv7; the same at every retry.
    package var id: UUID
    /// The sender.
    package var source: Address
    package var type: EventType
    package var subject: String?
    package var time: WireTime
    package var dataschema: String?
    package var link: UUID
    package var conversation: UUID
    /// Counts up from 1 without gaps, per conversation and direction.
    package var convseq: Int64
    /// The event that this one answers.
    package var causationid: UUID?
    /// The revision of the receiver's state that the sender had seen.
    package var baserev: Int64?
    package var route: EventRoute
    package var hopsleft: Int64
    /// After this nobody delivers or applies it.
    package var expirytime: WireTime?
    /// W3C trace context.
    package var traceparent: String?
    package var data: JSONValue
    /// Attributes that this version does not know.
    package var unknown = JSONObject()

    package init(
        id: UUID, source: Address, type: EventType, subject: String? = nil, time: WireTime, dataschema: String? = nil,
        link: UUID, conversation: UUID, convseq: Int64, causationid: UUID? = nil, baserev: Int64? = nil,
        route: EventRoute = EventRoute(), hopsleft: Int64 = Limits.hops, expirytime: WireTime? = nil,
        traceparent: String? = nil, data: JSONValue, unknown: JSONObject = JSONObject()
    ) {
        self.id = id
        self.source = source
        self.type = type
        self.subject = subject
        self.time = time
        self.dataschema = dataschema
        self.link = link
        self.conversation = conversation
        self.convseq = convseq
        self.causationid = causationid
        self.baserev = baserev
        self.route = route
        self.hopsleft = hopsleft
        self.expirytime = expirytime
        self.traceparent = traceparent
        self.data = data
        self.unknown = unknown
    }

    /// The typed data, if the event is of that type.
    package func data<Value: EventData>(as _: Value.Type = Value.self) throws(WireError) -> Value {
        guard type == Value.type else { throw WireError("type", .invalid("is not \(Value.type)")) }
        return try Value(data, path: "data")
    }
}

extension Envelope: WireStruct {
    package init(_ fields: inout Fields) throws(WireError) {
        guard try fields.text("specversion", max: 8) == "1.0" else {
            throw fields.error("specversion", .invalid("is not 1.0"))
        }
        id = try fields.uuidVersion7("id")
        source = try fields.address("source")
        type = EventType(rawValue: try fields.text("type", max: Limits.reference))
        subject = try fields.optionalText("subject", max: Limits.title)
        time = try fields.time("time")
        dataschema = try fields.optionalText("dataschema", max: Limits.url)
        let contentType = try fields.optionalText("datacontenttype", max: 64)
        guard contentType == nil || contentType == "application/json" else {
            throw fields.error("datacontenttype", .invalid("is not application/json"))
        }
        link = try fields.uuid("link")
        conversation = try fields.uuid("conversation")
        convseq = try fields.integer("convseq", in: 1...Int64(Int32.max))
        causationid = try fields.optionalUUID("causationid")
        baserev = try fields.optionalInteger("baserev", in: 0...Int64(Int32.max))
        route = try EventRoute(fields.optionalText("route", max: 1_024) ?? "")
        hopsleft = try fields.optionalInteger("hopsleft", in: 0...Limits.hops) ?? Limits.hops
        expirytime = try fields.optionalTime("expirytime")
        traceparent = try fields.optionalText("traceparent", max: 64)
        data = fields.value("data") ?? .null
    }

    package func write(to object: inout JSONObject) {
        object["specversion"] = "1.0"
        object["id"] = .uuid(id)
        object["source"] = .string(source.description)
        object["type"] = .string(type.rawValue)
        object["subject"] = subject.map { .string($0) }
        object["time"] = .time(time)
        object["dataschema"] = dataschema.map { .string($0) }
        object["datacontenttype"] = "application/json"
        object["link"] = .uuid(link)
        object["conversation"] = .uuid(conversation)
        object["convseq"] = .integer(convseq)
        object["causationid"] = causationid.map { .uuid($0) }
        object["baserev"] = baserev.map { .integer($0) }
        object["route"] = route.tokens.isEmpty ? nil : .string(route.description)
        object["hopsleft"] = .integer(hopsleft)
        object["expirytime"] = expirytime.map { .time($0) }
        object["traceparent"] = traceparent.map { .string($0) }
        object["data"] = data
    }

    package var bytes: [UInt8] { json.bytes }
}
