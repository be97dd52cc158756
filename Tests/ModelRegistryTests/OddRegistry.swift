import Platform

/// A valid registry in an unusual layout, with the place of one role's id known from how it was made.
struct OddRegistry {
  let id: String
  let before: [UInt8]
  let literal: [UInt8]
  let after: [UInt8]

  var bytes: [UInt8] { before + literal + after }

  init(seed: UInt64) {
    var text = OddJSON(generator: SplitMix64(seed: seed))
    let ids = ["org/old-4bit", "org/größe", "o\"r\\g/\u{1F600}", "org/a/b", "e\u{301}/x"]
    id = text.pick(ids)
    if text.chance() { text.output += [0xEF, 0xBB, 0xBF] }
    text.space()
    text.output.append(UInt8(ascii: "{"))
    for index in 0..<text.number(0..<3) { text.otherMember("before-\(index)", comma: true) }
    text.name("models")
    text.output.append(UInt8(ascii: "{"))
    for index in 0..<text.number(0..<3) {
      text.space()
      text.name("role-\(index)")
      text.string(text.pick(ids))
      text.comma()
    }
    text.space()
    text.name("default")
    before = text.take()
    text.string(id)
    literal = text.take()
    if text.chance() {
      text.comma()
      text.name("quickest")
      text.string(id)
    }
    text.space()
    text.output.append(UInt8(ascii: "}"))
    for index in 0..<text.number(0..<3) {
      text.comma()
      text.otherMember("after-\(index)", comma: false)
    }
    text.space()
    text.output.append(UInt8(ascii: "}"))
    text.space()
    after = text.take()
  }
}

/// Writes JSON with random white space and random escapes.
private struct OddJSON {
  var generator: SplitMix64
  var output: [UInt8] = []

  mutating func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }
  mutating func chance() -> Bool { Bool.random(using: &generator) }
  mutating func pick(_ choices: [String]) -> String { choices[number(0..<choices.count)] }

  mutating func take() -> [UInt8] {
    defer { output = [] }
    return output
  }

  mutating func space() {
    output += Array(pick(["", "", " ", "\n", "\r\n", "\t", "\n\n    ", "\r\n\t", "\r"]).utf8)
  }

  mutating func comma() {
    space()
    output.append(UInt8(ascii: ","))
    space()
  }

  mutating func name(_ name: String) {
    string(name)
    space()
    output.append(UInt8(ascii: ":"))
    space()
  }

  mutating func string(_ string: String) {
    var text = "\""
    for scalar in string.unicodeScalars {
      if scalar.value < 0x10000, number(0..<5) == 0 {
        let hex = String(scalar.value, radix: 16, uppercase: chance())
        text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      } else if scalar == "\"" || scalar == "\\" || (scalar == "/" && chance()) {
        text += "\\" + String(scalar)
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    output += Array((text + "\"").utf8)
  }

  mutating func otherMember(_ name: String, comma hasComma: Bool) {
    space()
    self.name(name)
    let values = [
      "1.50", "-0", "1e+05", "null", "true", "[ 1,2 ]", "\"org/old-4bit\"", "{\"default\": \"org/old-4bit\"}",
      "{ \"models\" : { \"default\" : \"org/old-4bit\" } }", "\"\\u00e9\\/\"",
    ]
    output += Array(pick(values).utf8)
    if hasComma { comma() }
  }
}
