"""Requests signed as the vendor's Java SDK signs them, ahead of a measurement: wrk only sends."""
import datetime
import hashlib
import hmac
import os

USER_AGENT = "huaweicloud-usdk-java/3.0"
EMPTY = hashlib.sha256(b"").hexdigest()


def authorization(access_key, secret, path, host, domain, date):
    """The Authorization header of a GET without a body; path is plain."""
    names = "host;user-agent;x-domain-id;x-sdk-date"
    canonical = f"GET\n{path}/\n\nhost:{host}\nuser-agent:{USER_AGENT}\nx-domain-id:{domain}\nx-sdk-date:{date}\n\n{names}\n{EMPTY}"
    to_sign = f"SDK-HMAC-SHA256\n{date}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return f"SDK-HMAC-SHA256 Access={access_key}, SignedHeaders={names}, Signature={signature}"


def write(target, prefix, path):
    """One line a poll: name and value of each header but Host, separated by tabs. What does not sign gets as many headers of the same length."""
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    host = target.url.split("//")[1]
    key = getattr(target, "access_key", None)
    with open(path, "w", encoding="ascii") as file:
        for number in range(target.servers):
            signed = authorization(key or "A" * 20, target.secret_key if key else "none", f"/v3/sources/{prefix}{number:012d}/command", host,
                                   target.domain_id if key else "0" * 32, date)
            proof = ["X-Sdk-Date", date, "Authorization", signed]
            if not key:
                filler = len(date) + len(signed) + len("X-Sdk-Date") + len("Authorization") - len("X-Auth-Token") - len(target.agent_token) - len("X-Filler")
                proof = ["X-Auth-Token", target.agent_token, "X-Filler", "f" * filler]
            file.write("\t".join(["User-Agent", USER_AGENT, "X-Domain-Id", target.domain_id if key else "0" * 32, *proof]) + "\n")
    return os.path.getsize(path)
