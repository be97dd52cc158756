import Measurements

extension AccuracyTask {
  init?(_ fields: FieldReader) {
    let id = fields.identifier("id")
    let kind = fields.choice("kind", of: Kind.allCases)
    let usesChatTemplate = fields.bool("chat", default: false)
    let maximumTokens = fields.integer("max_tokens", 1...8192, default: 16)
    let items = fields.sections("items", atLeast: 1) { Item($0, kind: kind) }
    fields.reportRepeats(in: "items", of: ["id"])
    fields.checkOrigin()
    let reference = kind == .divergence ? fields.text("reference") : nil
    guard let id, let kind, let usesChatTemplate, let maximumTokens, let items,
      kind != .divergence || reference != nil
    else { return nil }
    self.init(
      id: CellID(rawValue: id), kind: kind, usesChatTemplate: usesChatTemplate, maximumTokens: maximumTokens,
      items: items, reference: reference.map(ModelID.init(rawValue:)))
  }
}
