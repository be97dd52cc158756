extension Builtin {
  /// The filters, by name.
  static let filters = table(textFilters, numberFilters, sequenceFilters, selectionFilters, orderFilters)

  /// Jinja's other filters, which chat templates do without: an error only where one is reached.
  static let unsupportedFilters: Set<String> = [
    "batch", "center", "filesizeformat", "format", "groupby", "pprint", "random", "slice", "striptags", "truncate",
    "urlencode", "urlize", "wordcount", "wordwrap", "xmlattr",
  ]
}
