#include "roformer/labelled/tagged_words.h"

#include <algorithm>
#include <set>

#include "roformer/base/error.h"
#include "roformer/labelled/text_file.h"
#include "roformer/labelled/words.h"

namespace roformer::labelled {
namespace {

using TagFields = std::vector<std::string_view>;

TagFields cut_at_tabs(std::string_view line) {
  TagFields fields;
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find('\t', begin), line.size());
    fields.push_back(line.substr(begin, end - begin));
    begin = end + 1;
  }
  return fields;
}

TagFields cut_at_spaces(std::string_view line) {
  TagFields fields;
  std::size_t begin = line.find_first_not_of(' ');
  while (begin != std::string_view::npos) {
    const std::size_t end = std::min(line.find(' ', begin), line.size());
    fields.push_back(line.substr(begin, end - begin));
    begin = line.find_first_not_of(' ', end);
  }
  return fields;
}

// What stands behind the prefix: "PER" of "I-PER".
std::string_view kind_of_tag(std::string_view tag) {
  return tag.size() < 2 ? std::string_view() : tag.substr(2);
}
char prefix_of_tag(std::string_view tag) {
  return tag.size() > 2 && tag[1] == '-' ? tag[0] : '\0';
}

// Whether a tag goes on with what the one before it began. `before` is empty at a sentence's head.
bool has_odd_prefix(std::string_view before, std::string_view tag) {
  const char prefix = prefix_of_tag(tag), last = prefix_of_tag(before);
  if (prefix != 'I' && prefix != 'E') return false;
  return (last != 'B' && last != 'I') || kind_of_tag(before) != kind_of_tag(tag);
}

class TaggedFile {
 public:
  TaggedFile(const std::string& file, const TagColumns& columns, TaggedText& into)
      : file_(file), columns_(columns), into_(into) {}

  void read(std::string_view text) {
    const std::size_t before = into_.sentences.size();
    TextLines lines(text);
    for (std::string_view line; lines.next(line);) take(line, lines.line());
    end_sentence();
    base::require(into_.sentences.size() > before,
                  "[labelled] {}: expected words with tags but got a file without any",
                  place_of(file_, 1));
  }

 private:
  void take(std::string_view line, std::int64_t number) {
    if (is_blank(line)) return end_sentence();
    if (line.starts_with("-DOCSTART-")) {
      ++into_.document_starts;
      return end_sentence();
    }
    const bool has_tab = line.find('\t') != std::string_view::npos;
    add_word(has_tab ? cut_at_tabs(line) : cut_at_spaces(line), number);
  }

  void add_word(const TagFields& fields, std::int64_t number) {
    require_columns(std::ssize(fields), number);
    const auto word = fields[static_cast<std::size_t>(columns_.word - 1)];
    const auto tag =
        columns_.tag == 0 ? fields.back() : fields[static_cast<std::size_t>(columns_.tag - 1)];
    base::require(!is_blank(word) && !is_blank(tag),
                  "[labelled] {}: expected a word and a tag but got '{}' and '{}'",
                  place_of(file_, number), in_brief(word), in_brief(tag));
    if (sentence_.words.empty()) sentence_.line = number;
    count_odd_prefix(tag, number);
    sentence_.words.emplace_back(word);
    sentence_.tags.emplace_back(tag);
  }

  void require_columns(std::int64_t count, std::int64_t number) {
    // The last column has to be another than the word's.
    const std::int64_t tag = columns_.tag == 0 ? columns_.word + 1 : columns_.tag;
    const std::int64_t least = std::max(columns_.word, tag);
    base::require(count >= least, "[labelled] {}: expected at least {} columns but got {}",
                  place_of(file_, number), least, count);
    if (columns_.tag != 0) return;
    if (width_ == 0) width_ = count;
    base::require(count == width_,
                  "[labelled] {}: expected {} columns, as the first word has, but got {}",
                  place_of(file_, number), width_, count);
  }

  void count_odd_prefix(std::string_view tag, std::int64_t number) {
    std::string_view before;
    if (!sentence_.tags.empty()) before = sentence_.tags.back();
    if (!has_odd_prefix(before, tag)) return;
    if (into_.odd_prefixes.count++ == 0) into_.odd_prefixes.first = place_of(file_, number);
  }

  void end_sentence() {
    if (sentence_.words.empty()) return;
    sentence_.file = static_cast<std::int32_t>(into_.files.size() - 1);
    into_.sentences.push_back(std::move(sentence_));
    sentence_ = {};
  }

  std::string file_;
  TagColumns columns_;
  TaggedText& into_;
  TaggedSentence sentence_;
  std::int64_t width_ = 0;  // columns of the first word
};

void require_tag_columns(const TagColumns& columns) {
  base::require(columns.word >= 1 && columns.tag >= 0 && columns.word != columns.tag,
                "[labelled] expected two columns from 1 (0: the last one, of tags) but got {} for "
                "words and {} for tags",
                columns.word, columns.tag);
}

}  // namespace

std::string TaggedText::place(const TaggedSentence& sentence, std::size_t word) const {
  return place_of(files[static_cast<std::size_t>(sentence.file)],
                  sentence.line + static_cast<std::int64_t>(word));
}

TaggedText read_tagged_words(const std::vector<std::filesystem::path>& files,
                             const TagColumns& columns) {
  require_tag_columns(columns);
  TaggedText text;
  for (const auto& file : files) {
    text.files.push_back(file.string());
    TaggedFile(text.files.back(), columns, text).read(read_text(file));
  }
  return text;
}

LabelSet find_tags(const TaggedText& training) {
  std::set<std::string> seen;
  for (const TaggedSentence& sentence : training.sentences)
    seen.insert(sentence.tags.begin(), sentence.tags.end());
  auto names = in_label_order({seen.begin(), seen.end()});
  base::require(names.size() >= 2,
                "[labelled] {}: expected words of at least two tags but got '{}' alone",
                in_brief(training.files), in_brief(names));
  return LabelSet(std::move(names));
}

std::vector<std::vector<std::int64_t>> tag_numbers(const TaggedText& text, const LabelSet& tags) {
  std::vector<std::vector<std::int64_t>> numbers;
  for (const TaggedSentence& sentence : text.sentences) {
    auto& row = numbers.emplace_back();
    for (std::size_t i = 0; i < sentence.tags.size(); ++i) {
      const auto known = tags.find(sentence.tags[i]);
      row.push_back(known ? *known : tags.number(sentence.tags[i], text.place(sentence, i)));
    }
  }
  return numbers;
}

}  // namespace roformer::labelled
