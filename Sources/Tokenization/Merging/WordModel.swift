/// How a word becomes tokens.
enum WordModel: Sendable {
  case bytePairs(BytePairModel)
  case unigram(UnigramModel)
}
