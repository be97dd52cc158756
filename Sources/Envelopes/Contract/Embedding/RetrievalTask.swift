import Foundation

/// Documents that are found by the similarity of vectors: the part of a task that its queries share.
///
/// A query's relevant documents are its item's options, and how relevant each is stands in the item's grades.
public struct RetrievalTask: Sendable, Equatable {
  public struct Document: Sendable, Equatable {
    public var id: String
    public var text: String
  }

  public var documents: [Document]
  /// Recall counts the relevant documents among so many of the first.
  public var recallCutoff: Int
  /// Whether a text that is too long for a model is read in part; otherwise its query has no score.
  public var allowsTruncation: Bool

  /// The places that the discounted gain counts.
  public static let gainCutoff = 10
}

/// Where a query's relevant documents stand among all, the nearest first.
public struct RetrievalRanking: Sendable, Equatable {
  /// The index of the nearest document.
  public let first: Int
  /// The rank of each relevant document from 1, in the order of the item's options.
  public let ranks: [Int]
}

extension RetrievalTask {
  /// Ranks the documents for a query by their cosines.
  ///
  /// Of documents that are equally near, the less relevant one comes first: a model whose vectors tell nothing apart must
  /// not find what it looks for by the order of the file.
  ///
  /// - Parameters:
  ///   - relevant: Indices of documents.
  ///   - grades: Of the relevant documents.
  ///   - cosines: Of all documents.
  /// - Complexity: O(documents × relevant documents).
  public func ranking(_ cosines: [Double], relevant: [Int], grades: [Double]) -> RetrievalRanking {
    let gradeOf = Dictionary(zip(relevant, grades), uniquingKeysWith: { first, _ in first })
    func comesBefore(_ one: Int, _ two: Int) -> Bool {
      guard cosines[one] == cosines[two] else { return cosines[one] > cosines[two] }
      return (gradeOf[one] ?? 0, one) < (gradeOf[two] ?? 0, two)
    }
    let first = cosines.indices.min(by: comesBefore) ?? 0
    let ranks = relevant.map { document in 1 + cosines.indices.count { comesBefore($0, document) } }
    return RetrievalRanking(first: first, ranks: ranks)
  }

  /// The discounted cumulative gain of the first ten documents, as a share of what the best order has: nDCG@10.
  ///
  /// A document of grade g at rank r gains g / log₂(r + 1), as trec_eval computes it. Source: K. Järvelin and J. Kekäläinen,
  /// *Cumulated gain-based evaluation of IR techniques*, ACM TOIS 20 (2002) 422–446.
  ///
  /// - Parameters:
  ///   - ranks: Of the relevant documents, from 1.
  ///   - grades: Of these, above 0.
  public static func discountedGain(ranks: [Int], grades: [Double]) -> Double {
    func gain(_ placed: some Sequence<(Int, Double)>) -> Double {
      placed.reduce(0) { sum, entry in
        entry.0 <= gainCutoff ? sum + entry.1 / log2(Double(entry.0) + 1) : sum
      }
    }
    let best = gain(zip(1..., grades.sorted(by: >)))
    return best > 0 ? min(gain(zip(ranks, grades).sorted { $0.0 < $1.0 }) / best, 1) : 0
  }

  /// The share of the relevant documents that are among the first ones: recall@k.
  public func recall(ranks: [Int]) -> Double {
    ranks.isEmpty ? 0 : Double(ranks.count { $0 <= recallCutoff }) / Double(ranks.count)
  }
}

extension RetrievalTask {
  init?(_ fields: FieldReader) {
    let documents = fields.sections("documents", atLeast: 2) { fields -> Document? in
      guard let id = fields.identifier("id"), let text = fields.text("text") else { return nil }
      return Document(id: id, text: text)
    }
    fields.reportRepeats(in: "documents", of: ["id"])
    let recallCutoff = fields.integer("recall_at", 1...1000, default: 10)
    let allowsTruncation = fields.bool("truncation", default: false)
    guard let documents, let recallCutoff, let allowsTruncation else { return nil }
    self.init(documents: documents, recallCutoff: recallCutoff, allowsTruncation: allowsTruncation)
  }
}
