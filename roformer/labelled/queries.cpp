#include "roformer/labelled/queries.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "roformer/base/error.h"
#include "roformer/base/hash.h"
#include "roformer/base/random.h"
#include "roformer/labelled/choices.h"
#include "roformer/labelled/label_set.h"
#include "roformer/labelled/labelled_text.h"
#include "roformer/labelled/text_file.h"

namespace roformer::labelled {
namespace {

namespace fs = std::filesystem;

QueryText queries_of_rows(const LabelledText& text) {
  const auto grades = label_scores(text);
  QueryText found{text.files, {}};
  std::unordered_map<std::string_view, std::size_t> numbers;
  for (std::size_t row = 0; row < text.examples.size(); ++row) {
    const Example& example = text.examples[row];
    const auto [entry, is_new] = numbers.try_emplace(example.text, found.queries.size());
    if (is_new)
      found.queries.push_back({.text = example.text,
                               .texts = {},
                               .grades = {},
                               .file = example.file,
                               .line = example.line});
    Query& query = found.queries[entry->second];
    query.texts.push_back(*example.text_pair);
    query.grades.push_back(grades[row]);
  }
  return found;
}

// The numbers 0 … count − 1 in an order drawn by a seed (Fisher and Yates).
std::vector<std::size_t> drawn_order(std::size_t count, std::uint64_t seed) {
  std::vector<std::size_t> order(count);
  for (std::size_t i = 0; i < count; ++i) order[i] = i;
  for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[base::derive(seed, i) % i]);
  return order;
}

Query query_of(const ChoiceExample& example, std::uint64_t seed) {
  Query query{.text = example.context,
              .texts = {},
              .grades = {},
              .file = example.file,
              .line = example.line};
  const std::int64_t best = std::max<std::int64_t>(0, example.right);  // without a label the first
  for (const std::size_t choice : drawn_order(example.choices.size(), seed)) {
    query.texts.push_back(example.choices[choice]);
    query.grades.push_back(static_cast<std::int64_t>(choice) == best ? 1 : 0);
  }
  return query;
}

QueryText queries_of_choices(const ChoiceText& text, std::uint64_t seed) {
  constexpr std::uint64_t orders = 0x6F7264657273ull;  // apart from the split's own use of the seed
  QueryText found{text.files, {}};
  for (std::size_t row = 0; row < text.examples.size(); ++row)
    found.queries.push_back(
        query_of(text.examples[row], base::derive(base::derive(seed, orders), row)));
  return found;
}

QueryText read_queries(const LabelledOptions& options, const std::vector<fs::path>& files) {
  const TableOptions table = table_options(options);
  if (options.choices.empty())
    return queries_of_rows(read_labelled_text(
        files, {.text = options.text, .text_pair = options.text_pair, .label = options.label},
        table));
  const ChoiceColumns columns{
      .context = options.text, .choices = options.choices, .label = options.label};
  return queries_of_choices(read_choices(files, columns, table), options.split_seed);
}

void require_columns(const LabelledOptions& options) {
  base::require(options.text_pair.empty() || options.choices.empty(),
                "[data] expected data.text_pair, a column of one text, or data.choices, several, "
                "but got both");
  base::require(!options.text_pair.empty() || !options.choices.empty(),
                "[data] expected data.text_pair, the column of what is ranked, or data.choices, "
                "several of them, but got neither");
}

// A text's number is its hash: a collision of two would need billions of texts.
std::unordered_set<std::uint64_t> texts_of(const QueryText& part) {
  std::unordered_set<std::uint64_t> texts;
  for (const Query& query : part.queries) {
    texts.insert(base::hash_bytes(query.text));
    for (const std::string& text : query.texts) texts.insert(base::hash_bytes(text));
  }
  return texts;
}

}  // namespace

bool Query::is_level() const {
  return std::all_of(grades.begin(), grades.end(),
                     [&](double grade) { return grade == grades.front(); });
}

bool Query::has_twins() const {
  std::unordered_map<std::string_view, double> known;
  for (std::size_t i = 0; i < texts.size(); ++i)
    if (known.try_emplace(texts[i], grades[i]).first->second != grades[i]) return true;
  return false;
}

std::string QueryText::place(const Query& query) const {
  return place_of(files[static_cast<std::size_t>(query.file)], query.line);
}

Parts<QueryText> open_queries(const LabelledOptions& options) {
  require_columns(options);
  return parts_of_files<QueryText>(
      options, [&](const std::vector<fs::path>& files) { return read_queries(options, files); });
}

std::vector<std::uint64_t> group_hashes(const QueryText& text) {
  std::vector<std::uint64_t> hashes;
  for (const Query& query : text.queries) hashes.push_back(base::hash_bytes(query.text));
  return hashes;
}

QueryText examples_of(const QueryText& text, const std::vector<data::Split>& parts,
                      data::Split part) {
  QueryText chosen{text.files, {}};
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (parts[i] == part) chosen.queries.push_back(text.queries.at(i));
  return chosen;
}

SharedTexts shared_texts(const QueryText& part, const QueryText& other) {
  const auto own = texts_of(part), others = texts_of(other);
  const auto shared = std::count_if(own.begin(), own.end(),
                                    [&](std::uint64_t text) { return others.contains(text); });
  return {std::ssize(own), shared};
}

}  // namespace roformer::labelled
