#include "roformer/text/added_tokens.h"

#include <algorithm>
#include <optional>

#include "roformer/base/error.h"

namespace roformer::text {
namespace {

// A vocabulary that grows, and the tokens that are looked for.
class Numbering {
 public:
  // `most_gaps`: how many ids in a row may have no token.
  Numbering(Vocabulary& vocabulary, const std::string& name, std::int32_t most_gaps)
      : vocabulary_(vocabulary), name_(name), most_gaps_(most_gaps) {
    for (std::int32_t id = 0; id < vocabulary.size(); ++id) {
      const bool held = vocabulary.holds(id);
      tokens_.push_back(held ? std::optional(vocabulary.token(id)) : std::nullopt);
      words_ += held ? 1 : 0;
    }
  }

  AddedToken* find(const std::string& content) {
    const auto place = std::find_if(added_.begin(), added_.end(), [&](const AddedToken& token) {
      return token.content == content;
    });
    return place == added_.end() ? nullptr : &*place;
  }

  // Of equal tokens the last has its flags; special it is where any of them is.
  void add(AddedToken token, std::optional<std::int32_t> id) {
    if (token.content.empty()) return;
    if (AddedToken* known = find(token.content)) {
      token.special = token.special || known->special;
      token.id = known->id;
      token.appended = known->appended;
      *known = std::move(token);
      return;
    }
    const auto word = vocabulary_.find(token.content);
    token.id = word ? *word : id.value_or(next());
    if (!word) append(token);
    last_ = std::max(last_, token.id);
    added_.push_back(std::move(token));
  }

  const std::vector<AddedToken>& added() const { return added_; }

  // How many tokens there are, which the reference takes for the first free id.
  std::int32_t next() const { return std::max(words_, last_ + 1); }
  std::int32_t count() const { return words_ + appended_; }

  std::vector<AddedToken> finish() {
    if (appended_ > 0) vocabulary_ = Vocabulary::with_gaps(std::move(tokens_), name_);
    // As they are written, so that a folder that is read back is the same tokenizer.
    std::stable_sort(added_.begin(), added_.end(),
                     [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
    return std::move(added_);
  }

 private:
  void append(AddedToken& token) {
    base::require(token.id >= 0 && token.id <= next() + most_gaps_,
                  "[text] {}: expected the added token '{}' to have the id {} but got {}", name_,
                  token.content, next(), token.id);
    const auto place = static_cast<std::size_t>(token.id);
    if (place >= tokens_.size()) tokens_.resize(place + 1);
    base::require(!tokens_[place],
                  "[text] {}: expected a free id for the added token '{}' but {} is that of '{}'",
                  name_, token.content, token.id, tokens_[place].value_or(""));
    tokens_[place] = token.content;
    token.appended = true;
    ++appended_;
  }

  Vocabulary& vocabulary_;
  const std::string& name_;
  std::vector<std::optional<std::string>> tokens_;  // by id
  std::vector<AddedToken> added_;
  std::int32_t most_gaps_, words_ = 0, appended_ = 0, last_ = -1;
};

std::optional<std::int32_t> id_of(const AddedToken& token) {
  return token.id >= 0 ? std::optional(token.id) : std::nullopt;
}

}  // namespace

std::vector<AddedToken> number_by_order(const StatedTokens& stated,
                                        const std::vector<AddedToken>& of_file,
                                        Vocabulary& vocabulary, const std::string& name) {
  Numbering numbering(vocabulary, name, 0);
  std::vector<AddedToken> first = of_file;
  std::stable_sort(first.begin(), first.end(),
                   [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
  for (const AddedToken& token : first) numbering.add(token, id_of(token));
  for (const AddedToken& token : stated.added) numbering.add(token, std::nullopt);
  // A name or a list changes nothing of a token that the files above list, but that it is special.
  const std::vector<AddedToken> listed = numbering.added();
  const auto add_special = [&](AddedToken token, bool special) {
    for (const AddedToken& known : listed) {
      if (known.content == token.content) token = known;
    }
    token.special = token.special || special;
    numbering.add(std::move(token), std::nullopt);
  };
  for (const std::string_view key : kNamedKeys) {
    const auto place = stated.named.find(key);
    if (place != stated.named.end() && place->second) add_special(*place->second, true);
  }
  for (const AddedToken& token : stated.others) add_special(token, false);
  return numbering.finish();
}

std::vector<AddedToken> number_by_id(const StatedTokens& stated, Vocabulary& vocabulary,
                                     const std::string& name) {
  base::require(
      !stated.of_older_list,
      "[text] {}: expected strings in the folder's list of special tokens, or objects with "
      "\"__type\": \"AddedToken\", but got '{}' as an object without it",
      name, stated.of_older_list ? stated.of_older_list->content : "");
  constexpr std::int32_t most_gaps = 1000;  // more: a damaged file
  Numbering numbering(vocabulary, name, most_gaps);
  for (const AddedToken& token : stated.added) {
    const auto word = vocabulary.find(token.content);
    base::require(
        !word || *word == token.id,
        "[text] {}: expected the added token '{}' to have its id {} of the vocabulary but "
        "got {}",
        name, token.content, word.value_or(0), token.id);
    numbering.add(token, id_of(token));
  }
  // Under a name or in a list they lose their flags.
  const auto add_special = [&](const AddedToken& token) {
    if (numbering.find(token.content) == nullptr)
      numbering.add({.content = token.content}, numbering.count());
  };
  for (const std::string_view key : kNamedKeys) {
    const auto place = stated.named.find(key);
    if (place != stated.named.end() && place->second) add_special(*place->second);
  }
  for (const AddedToken& token : stated.others) add_special(token);
  return numbering.finish();
}

}  // namespace roformer::text
