extension Builtin {
  /// The filters, by name.
  static let filters = table(textFilters, numberFilters, sequenceFilters, selectionFilters, orderFilters)
}
