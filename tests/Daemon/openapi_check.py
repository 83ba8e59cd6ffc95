"""Compares a daemon's answers with its OpenAPI description, and that with them: openapi_check.py OPENAPI.json <ANSWERS.json

ANSWERS is a list of {"method", "path", "code", "type", "allow", "body"}. Prints what differs; ends with 1 if anything does.
"""
import json
import re
import sys

import jsonschema

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


def resolve(api, node):
    """What a reference points to."""
    while "$ref" in node:
        reference = node["$ref"]
        node = api
        for part in reference.removeprefix("#/").split("/"):
            node = node[part.replace("~1", "/").replace("~0", "~")]
    return node


def strict(node):
    """Schemas in which an object has no keys but those that are described."""
    if isinstance(node, dict):
        closed = {key: strict(value) for key, value in node.items()}
        return {**closed, "additionalProperties": False} if "properties" in node and "additionalProperties" not in node else closed
    return [strict(item) for item in node] if isinstance(node, list) else node


def references(node):
    """All references below a node."""
    if isinstance(node, dict):
        yield from [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        node = list(node.values())
    for item in node if isinstance(node, list) else []:
        yield from references(item)


def complaints_about_document(api):
    """What OpenAPI 3.1 wants of a document, as far as this one uses it."""
    if not api["openapi"].startswith("3.1.") or not {"title", "version"} <= api["info"].keys():
        yield "openapi, info.title and info.version are required"
    for reference in set(references(api)):
        try:
            resolve(api, {"$ref": reference})
        except KeyError:
            yield f"{reference} points nowhere"
    for name, schema in api["components"]["schemas"].items():
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            yield f"{name} is no JSON schema: {error.message}"
    names = []
    for path, item in api["paths"].items():
        declared = {resolve(api, parameter)["name"] for parameter in item.get("parameters", [])}
        if declared != set(re.findall(r"{(\w+)}", path)):
            yield f"{path} has other parameters than it declares"
        for method in item.keys() & METHODS:
            names.append(item[method]["operationId"])
            responses = item[method]["responses"]
            if not responses or any(not resolve(api, response).get("description") for response in responses.values()):
                yield f"{method} {path} has a response without a description"
    if len(names) != len(set(names)):
        yield "an operationId is used twice"


def described(api, answer):
    """The operation that was asked, as path and method, and what is described of its answers, by their codes."""
    path = next((path for path in api["paths"] if re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), answer["path"])), None)
    method = answer["method"].lower()
    common = api["components"]["responses"]
    if path is None:
        return None, {"404": common["UnknownPath"]}
    if method not in api["paths"][path]:
        return None, {"405": common["WrongMethod"]}
    return (path, method), api["paths"][path][method]["responses"]


def complaints_about(api, answer):
    """How an answer differs from what is described."""
    request = f"{answer['method']} {answer['path']} -> {answer['code']}"
    responses = described(api, answer)[1]
    if str(answer["code"]) not in responses:
        yield f"{request} is not described"
        return
    response = resolve(api, responses[str(answer["code"])])
    content = response.get("content", {})
    media = next((value for key, value in content.items() if answer["type"].startswith(key.split(";")[0])), None)
    if media is None:
        yield f"{request} is of type {answer['type']}"
    elif "json" in answer["type"]:
        schema = {**strict(media["schema"]), "components": strict(api["components"])}
        validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.draft202012_format_checker)
        yield from (f"{request}: {error.json_path} {error.message}" for error in validator.iter_errors(json.loads(answer["body"])))
    if bool(answer["allow"]) != ("Allow" in response.get("headers", {})):
        yield f"{request} has Allow: {answer['allow']}"
    for method in METHODS if answer["allow"] else []:
        item = next(item for path, item in api["paths"].items() if re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), answer["path"]))
        if (method.upper() in answer["allow"].split(", ")) != (("get" if method == "head" else method) in item):
            yield f"{request} has Allow: {answer['allow']}"


def complaints_about_silence(api, answers):
    """What is described, and was never answered. A daemon that hangs (503) can't be had on demand."""
    given = {(described(api, answer)[0], str(answer["code"])) for answer in answers}
    for path, item in api["paths"].items():
        for method in item.keys() & METHODS:
            for code in item[method]["responses"].keys() - {"503"}:
                if ((path, method), code) not in given:
                    yield f"{method} {path} never gave {code}"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        api = json.load(file)
    answers = json.load(sys.stdin)
    complaints = [
        *complaints_about_document(api),
        *(text for answer in answers for text in complaints_about(api, answer)),
        *complaints_about_silence(api, answers),
    ]
    print("\n".join(complaints))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
