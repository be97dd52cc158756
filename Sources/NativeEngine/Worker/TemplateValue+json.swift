import ChatTemplate
import JSON

extension TemplateValue {
  /// The JSON value as a template reads it, members in their order.
  init(_ json: JSONValue) {
    self =
      switch json {
      case .null: .null
      case .bool(let value): .boolean(value)
      case .integer(let value): .integer(value)
      case .number(let value): .number(value)
      case .string(let text): .string(text)
      case .array(let elements): .array(elements.map(TemplateValue.init))
      case .object(let object):
        .object(TemplateObject(object.members.map { ($0.name, TemplateValue($0.value)) }))
      }
  }
}
