/// Data that a template can read: JSON's kinds, with integers apart from other numbers as Jinja keeps them.
public indirect enum TemplateValue: Sendable, Hashable {
  /// Jinja's `none`, which is a value; a variable that was never given is undefined instead.
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([TemplateValue])
  case object(TemplateObject)
}

extension TemplateValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
  public init(arrayLiteral elements: TemplateValue...) { self = .array(elements) }
  public init(dictionaryLiteral members: (String, TemplateValue)...) { self = .object(TemplateObject(members)) }
  public init(nilLiteral: ()) { self = .null }
}
