extension InstructionCheck {
  init?(_ fields: FieldReader) {
    guard let rule = fields.choice("rule", of: Rule.allCases) else { return nil }
    var check = InstructionCheck(rule)
    if rule.isCounting {
      for (key, bound) in [("least", \InstructionCheck.least), ("most", \InstructionCheck.most)]
      where fields.optional(key) != nil {
        guard let number = fields.number(key, .from(0, through: 1_000_000)) else { return nil }
        check[keyPath: bound] = number
      }
      if check.least == nil, check.most == nil { fields.report("rule", "counts, so it needs \"least\" or \"most\"") }
      guard check.least != nil || check.most != nil else { return nil }
    }
    if rule.takesText {
      guard let text = fields.text("text") else { return nil }
      check.text = text
    }
    if rule.takesWords {
      guard let words = fields.words("words", atLeast: 1) else { return nil }
      check.words = words
    }
    self = check
  }
}
