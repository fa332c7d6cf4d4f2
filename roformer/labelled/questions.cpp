#include "roformer/labelled/questions.h"

#include <optional>
#include <unordered_set>

#include "roformer/base/error.h"
#include "roformer/base/hash.h"
#include "roformer/base/json_text.h"
#include "roformer/labelled/labelled_text.h"
#include "roformer/labelled/text_file.h"
#include "roformer/labelled/words.h"
#include "roformer/unicode/utf8.h"

namespace roformer::labelled {
namespace {

using Json = nlohmann::json;

const Json& member(const Json& object, const char* key, const std::string& place) {
  base::require(object.is_object(), "[labelled] {}: expected an object with '{}' but got {}", place,
                key, object.type_name());
  const auto found = object.find(key);
  base::require(found != object.end(), "[labelled] {}: expected the key '{}' but got none", place,
                key);
  return *found;
}

const Json& list_of(const Json& value, const char* key, const std::string& place) {
  base::require(value.is_array(), "[labelled] {}: expected a list under '{}' but got {}", place,
                key, value.type_name());
  return value;
}

const std::string& text_of(const Json& value, const char* key, const std::string& place) {
  base::require(value.is_string(), "[labelled] {}: expected text under '{}' but got {}", place, key,
                value.type_name());
  const auto& text = value.get_ref<const std::string&>();
  base::require(text.find('\0') == std::string::npos,
                "[labelled] {}: expected text under '{}' but got a NUL (\\u0000) in it", place,
                key);
  return text;
}

const std::string& text_member(const Json& object, const char* key, const std::string& place) {
  const std::string& text = text_of(member(object, key, place), key, place);
  base::require(!is_blank(text), "[labelled] {}: expected text under '{}' but got an empty one",
                place, key);
  return text;
}

std::string optional_text(const Json& object, const char* key, const std::string& place) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? std::string() : text_of(*found, key, place);
}

// The byte that the `character`-th code point begins with, the end included; none beyond it.
std::optional<std::size_t> byte_of_character(std::string_view text, std::int64_t character) {
  if (character < 0) return std::nullopt;
  const char* end = text.data() + text.size();
  const char* p = text.data();
  for (; character > 0 && p < end; --character) p += unicode::decode_utf8(p, end).size;
  if (character > 0) return std::nullopt;
  return static_cast<std::size_t>(p - text.data());
}

Answer answer_of(const Json& text, const Json& start, std::string_view context,
                 const std::string& place) {
  Answer answer{.text = text_of(text, "text", place)};
  base::require(!answer.text.empty(), "[labelled] {}: expected an answer but got an empty one",
                place);
  base::require(start.is_number_integer(),
                "[labelled] {}: expected a whole number under 'answer_start' but got {}", place,
                start.type_name());
  answer.character = start.get<std::int64_t>();
  const auto begin = byte_of_character(context, answer.character);
  const bool is_outside = !begin || answer.text.size() > context.size() - *begin;
  base::require(!is_outside,
                "[labelled] {}: expected the answer '{}' at character {} but its context has {} "
                "characters",
                place, in_brief(answer.text), answer.character,
                unicode::count_code_points(context));
  answer.begin = *begin;
  answer.end = *begin + answer.text.size();
  const std::string_view there = context.substr(answer.begin, answer.text.size());
  base::require(there == answer.text,
                "[labelled] {}: expected the answer '{}' at character {} but its context has '{}' "
                "there",
                place, in_brief(answer.text), answer.character, in_brief(there));
  return answer;
}

std::vector<Answer> answers_of(const Json& answers, std::string_view context,
                               const std::string& place) {
  std::vector<Answer> found;
  if (answers.is_object()) {  // two lists, as Hugging Face's data sets have them
    const Json& texts = list_of(member(answers, "text", place), "text", place);
    const Json& starts = list_of(member(answers, "answer_start", place), "answer_start", place);
    base::require(texts.size() == starts.size(),
                  "[labelled] {}: expected as many of answer_start as of text, {}, but got {}",
                  place, texts.size(), starts.size());
    for (std::size_t i = 0; i < texts.size(); ++i)
      found.push_back(answer_of(texts[i], starts[i], context, place));
    return found;
  }
  for (const Json& answer : list_of(answers, "answers", place)) {
    const Json& text = member(answer, "text", place);
    found.push_back(answer_of(text, member(answer, "answer_start", place), context, place));
  }
  return found;
}

class QuestionReader {
 public:
  explicit QuestionReader(bool need_answers) : need_answers_(need_answers) {}

  void read(const std::string& text, const std::string& file) {
    const std::string_view lines = without_last_line_ends(text);
    text_.files.push_back(file);
    base::require(!lines.empty(), "[labelled] {}: expected questions but got an empty file",
                  place_of(file, 1));
    if (has_question_lines(lines)) {
      read_lines(lines, file);
    } else {
      read_squad(base::parse_json(lines, file), file);
    }
  }
  QuestionText take() { return std::move(text_); }

 private:
  // SQuAD's one object has "data", and is often one line too.
  static bool has_question_lines(std::string_view text) {
    const Json first = Json::parse(text.substr(0, text.find('\n')), nullptr, false);
    return first.is_object() && !first.contains("data");
  }

  void read_lines(std::string_view text, const std::string& file) {
    TextLines lines(text);
    for (std::string_view line; lines.next(line);) {
      const std::string place = place_of(file, lines.line());
      base::require(!line.empty(), "[labelled] {}: expected a JSON object but got an empty line",
                    place);
      const Json question = base::parse_json(line, place);
      set_context(text_member(question, "context", place));
      add_question(question, optional_text(question, "title", place), place);
    }
  }

  void read_squad(const Json& squad, const std::string& file) {
    std::int64_t articles = 0;
    for (const Json& article : list_of(member(squad, "data", file), "data", file)) {
      const std::string place = fmt::format("{}: data[{}]", file, articles++);
      const Json& paragraphs = list_of(member(article, "paragraphs", place), "paragraphs", place);
      const std::string title = optional_text(article, "title", place);
      for (std::size_t i = 0; i < paragraphs.size(); ++i)
        add_paragraph(paragraphs[i], title, fmt::format("{}.paragraphs[{}]", place, i), file);
    }
  }

  void add_paragraph(const Json& paragraph, const std::string& title, const std::string& place,
                     const std::string& file) {
    set_context(text_member(paragraph, "context", place));
    for (const Json& question : list_of(member(paragraph, "qas", place), "qas", place)) {
      text_member(question, "id", place);  // so that what follows can name it
      add_question(question, title, file);
    }
  }

  void set_context(const std::string& context) {
    if (text_.contexts.empty() || text_.contexts.back() != context)
      text_.contexts.push_back(context);
  }

  void add_question(const Json& json, std::string title, const std::string& place) {
    Question question{.id = text_member(json, "id", place), .title = std::move(title)};
    const std::string here = fmt::format("{}: question '{}'", place, in_brief(question.id));
    base::require(ids_.insert(question.id).second,
                  "[labelled] {}: expected each question's id once but got it twice", here);
    question.question = text_member(json, "question", here);
    question.context = text_.contexts.size() - 1;
    question.file = static_cast<std::int32_t>(text_.files.size() - 1);
    add_answers(json, here, question);
    text_.questions.push_back(std::move(question));
  }

  void add_answers(const Json& json, const std::string& place, Question& question) const {
    const bool says = json.contains("is_impossible") && !json["is_impossible"].is_null();
    base::require(!says || json["is_impossible"].is_boolean(),
                  "[labelled] {}: expected true or false under 'is_impossible' but got {}", place,
                  says ? json["is_impossible"].type_name() : "null");
    question.is_impossible = says && json["is_impossible"].get<bool>();
    if (!need_answers_ && !json.contains("answers")) return;
    const Json& answers = member(json, "answers", place);
    question.answers = answers_of(answers, text_.contexts.back(), place);
    if (!says) question.is_impossible = question.answers.empty();
    base::require(question.is_impossible == question.answers.empty(),
                  "[labelled] {}: expected {} but got {} of them", place,
                  question.is_impossible ? "no answers, since it is_impossible," : "an answer",
                  question.answers.size());
  }

  bool need_answers_;
  QuestionText text_;
  std::unordered_set<std::string> ids_;
};

}  // namespace

QuestionText read_questions(const std::vector<std::filesystem::path>& files, bool need_answers) {
  QuestionReader reader(need_answers);
  for (const auto& file : files) reader.read(read_text(file), file.string());
  return reader.take();
}

std::string QuestionText::place(const Question& question) const {
  return fmt::format("{}: question '{}'", files[static_cast<std::size_t>(question.file)],
                     in_brief(question.id));
}

std::vector<std::uint64_t> group_hashes(const QuestionText& text) {
  std::vector<std::uint64_t> hashes;
  for (const Question& question : text.questions)
    hashes.push_back(
        base::hash_bytes(question.title.empty() ? text.context_of(question) : question.title));
  return hashes;
}

QuestionText examples_of(const QuestionText& text, const std::vector<data::Split>& parts,
                         data::Split part) {
  QuestionText chosen{text.files, {}, {}};
  std::optional<std::size_t> last;  // context of the question before
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] != part) continue;
    Question question = text.questions.at(i);
    if (last != question.context) chosen.contexts.push_back(text.context_of(question));
    last = question.context;
    question.context = chosen.contexts.size() - 1;
    chosen.questions.push_back(std::move(question));
  }
  return chosen;
}

}  // namespace roformer::labelled
