// Labelled files. The first byte says which reader the rest is for: c and t separated fields with
// and without quotes, h those without a header, j lines of JSON, w words with tags, q questions.
// Every row has its line, every answer stands in its context.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "fuzz/input.h"
#include "roformer/labelled/choices.h"
#include "roformer/labelled/delimited_text.h"
#include "roformer/labelled/json_lines.h"
#include "roformer/labelled/label_set.h"
#include "roformer/labelled/labelled_text.h"
#include "roformer/labelled/questions.h"
#include "roformer/labelled/tagged_words.h"
#include "roformer/labelled/text_file.h"

namespace {

using namespace roformer;
using namespace roformer::labelled;

void require_true(bool condition) {
  if (!condition) __builtin_trap();
}

// A file in memory, since some readers take names of files.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : descriptor_(::memfd_create("labelled", 0)) {
    require_true(descriptor_ >= 0);
    require_true(::write(descriptor_, bytes.data(), bytes.size()) == std::ssize(bytes));
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

void look_at(const Table& table, std::string_view text, bool named) {
  const std::int64_t lines = 1 + std::count(text.begin(), text.end(), '\n');
  std::int64_t before = 0;
  for (std::int64_t row = 0; row < table.num_rows(); ++row) {
    require_true(table.line(row) > before && table.line(row) <= lines);
    before = table.line(row);
    for (std::int64_t column = 0; column < std::ssize(table.columns()); ++column)
      fuzz::accept_or_refuse([&] { table.value(row, column); });
  }
  const TextColumns columns = named
                                  ? TextColumns{.text = "one", .text_pair = "two", .label = "label"}
                                  : TextColumns{.text = "1", .text_pair = "2", .label = "3"};
  const LabelledText examples = labelled_text_of(table, columns);
  require_true(std::ssize(examples.examples) == table.num_rows());
  fuzz::accept_or_refuse([&] { label_scores(examples); });
  label_numbers(examples, find_labels(examples));
}

void read_fields(std::string_view text, const DelimitedFormat& format) {
  require_text(text, "file");
  fuzz::accept_or_refuse(
      [&] { look_at(read_delimited_text(text, "file", format), text, format.has_header); });
  DelimitedFormat uneven = format;
  uneven.skip_uneven_rows = true;
  look_at(read_delimited_text(text, "file", uneven), text, format.has_header);
}

void read_file_of_choices(std::string_view text) {
  const MemoryFile file(text);
  const ChoiceColumns columns{
      .context = "one", .prefix = "two", .choices = {"one", "two"}, .label = "label"};
  for (const ChoiceExample& example :
       read_choices({file.path()}, columns, {.kind = TableKind::comma_separated}).examples)
    require_true(example.right >= 0 && example.right < std::ssize(example.choices));
}

void read_words(std::string_view text, const TagColumns& columns) {
  const MemoryFile file(text);
  const TaggedText words = read_tagged_words({file.path()}, columns);
  for (const TaggedSentence& sentence : words.sentences)
    require_true(!sentence.words.empty() && sentence.words.size() == sentence.tags.size());
  tag_numbers(words, find_tags(words));
}

void read_file_of_questions(std::string_view text, bool need_answers) {
  const MemoryFile file(text);
  const QuestionText questions = read_questions({file.path()}, need_answers);
  for (const Question& question : questions.questions) {
    const std::string& context = questions.context_of(question);
    for (const Answer& answer : question.answers)
      require_true(context.substr(answer.begin, answer.end - answer.begin) == answer.text);
  }
  require_true(group_hashes(questions).size() == questions.questions.size());
}

void read(char reader, std::string_view text) {
  switch (reader) {
    case 'c':
      fuzz::accept_or_refuse([&] { read_file_of_choices(text); });
      return read_fields(text, {});
    case 't':
      return read_fields(text, {.delimiter = '\t', .quotes = false});
    case 'h':
      return read_fields(text, {.delimiter = '\t', .quotes = false, .has_header = false});
    case 'j':
      require_text(text, "file");
      return look_at(read_json_lines(text, "file"), text, /*named=*/true);
    case 'w':
      fuzz::accept_or_refuse([&] { read_words(text, {}); });
      return read_words(text, {.word = 2, .tag = 1});
    case 'q':
      fuzz::accept_or_refuse([&] { read_file_of_questions(text, /*need_answers=*/true); });
      return read_file_of_questions(text, /*need_answers=*/false);
    default:
      return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = fuzz::text_of(data, size);
  if (input.empty()) return 0;
  fuzz::accept_or_refuse([&] { read(input.front(), input.substr(1)); });
  return 0;
}
