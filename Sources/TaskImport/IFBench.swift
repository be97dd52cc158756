import Envelopes
import JSON

/// The instructions of IFBench as an envelope's checks.
enum IFBench {
  /// A prompt as an item; nil if one of its instructions can't be computed here.
  ///
  /// - Throws: `.malformed`.
  static func item(_ row: DataRow) throws(TaskImportError) -> JSONValue? {
    let names = try row.member("instruction_id_list") { $0.array?.compactMap(\.string) }
    let arguments = try row.member("kwargs", \.array)
    guard names.count == arguments.count, !names.isEmpty else {
      throw row.malformed("has not one kwargs for each instruction")
    }
    var checks: [InstructionCheck] = []
    for (name, arguments) in zip(names, arguments) {
      guard let added = Self.checks(name, arguments) else { return nil }
      checks += added
    }
    return [
      "id": .string("ifbench-" + (try row.member("key", \.string))),
      "prompt": .string(try row.member("prompt", \.string)), "checks": .array(checks.map(json)),
    ]
  }

  private static func checks(_ name: String, _ arguments: JSONValue) -> [InstructionCheck]? {
    func number(_ key: String) -> Double? { arguments[key]?.number }
    func text(_ key: String) -> String? { arguments[key]?.string.flatMap { $0.isEmpty ? nil : $0 } }
    switch name {
    case "count:word_count_range":
      guard let least = number("min_words"), let most = number("max_words") else { return nil }
      return [InstructionCheck(.words, least: least, most: most)]
    case "count:unique_word_count": return number("N").map { [InstructionCheck(.uniqueWords, least: $0)] }
    case "count:numbers": return number("N").map { [InstructionCheck(.numbers, least: $0, most: $0)] }
    case "count:conjunctions": return number("small_n").map { [InstructionCheck(.conjunctions, least: $0)] }
    case "count:pronouns": return number("N").map { [InstructionCheck(.pronouns, least: $0)] }
    case "count:keywords_multiple":
      let keywords = (1...5).compactMap { text("keyword\($0)") }
      guard keywords.count == 5 else { return nil }
      return zip(keywords, [1.0, 2, 3, 5, 7]).map { InstructionCheck(.occurrences, least: $1, most: $1, text: $0) }
    case "ratio:overlap":
      guard let reference = text("reference_text"), let percentage = number("percentage") else { return nil }
      return [InstructionCheck(.overlap, least: max(percentage - 2, 0), most: percentage + 2, text: reference)]
    case "words:palindrome": return [InstructionCheck(.palindromes, least: 10)]
    case "words:repeats": return number("small_n").map { [InstructionCheck(.repeats, most: $0)] }
    case "words:vowel": return [InstructionCheck(.vowels, most: 3), InstructionCheck(.lines, most: 1)]
    case "words:alphabet": return [InstructionCheck(.alphabet)]
    case "words:consonants": return [InstructionCheck(.consonants)]
    case "words:prime_lengths": return [InstructionCheck(.primeLengths)]
    case "words:no_consecutive": return [InstructionCheck(.changingInitials)]
    case "words:paragraph_last_first": return [InstructionCheck(.sameEnds)]
    case "format:newline": return [InstructionCheck(.wordPerLine)]
    case "format:list": return text("sep").map { [InstructionCheck(.marks, least: 2, text: $0)] }
    case "format:options": return text("options").map(options)
    default: return nil
    }
  }

  private static func options(_ text: String) -> [InstructionCheck] {
    let separator = text.contains("/") ? "/" : text.contains("or") ? "or" : ","
    let words = text.split(separator: separator).map {
      String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
    // A letter that stands for a choice must be the whole answer; words may have other punctuation around them.
    let isOfLetters = text.contains(/^\W*[aA]\W*[bB]\W*[cC]\W*/)
    return [InstructionCheck(isOfLetters ? .exactOptions : .options, words: words)]
  }

  private static func json(_ check: InstructionCheck) -> JSONValue {
    var object = JSONObject([("rule", .string(check.rule.rawValue))])
    object["least"] = check.least.map { .number($0) }
    object["most"] = check.most.map { .number($0) }
    if check.rule.takesText { object["text"] = .string(check.text) }
    if check.rule.takesWords { object["words"] = .array(check.words.map { .string($0) }) }
    return .object(object)
  }
}
